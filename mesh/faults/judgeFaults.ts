import type { V1Pod, V1ReplicaSet } from "@kubernetes/client-node";
import { hasLabels, proxyContainer } from "../istio/pods";
import { isLive } from "../istio/proxies";
import { ownerOf } from "../rollout/workloads";
import { conflictingVirtualServices, type VirtualService } from "./conflictingVirtualServices";
import { callersText, faultName, faultText, type Fault } from "./fault";
import { endLine, fakeService, faultLabel } from "./faultObjects";
import { productionReasons, type ProductionFound } from "./production";
import { reaperContainer } from "./reaper";
import { typeOf } from "./types";
import type { TargetFound, TargetWanted } from "./types/faultType";

/** A fault with the hosts that its VirtualServices have. */
export interface FaultTarget {
  readonly fault: Fault;
  readonly hosts: readonly string[];
}

/** What is asked about faults. */
export interface FaultsWanted extends TargetWanted {
  readonly targets: readonly FaultTarget[];
  /** When they end, ISO 8601; absent: when they are removed. */
  readonly expires?: string | undefined;
  /** Name of the drill where others' faults stay in beside it. Default: those that the settings do not have are ended first. */
  readonly besides?: string | undefined;
}

/** What was found where they would act. */
export interface FaultsFound extends TargetFound, ProductionFound {
  readonly virtualServices: readonly VirtualService[];
  readonly pods: readonly V1Pod[];
  readonly replicaSets: readonly V1ReplicaSet[];
  /** Whether VirtualServices of other namespaces could not be seen. */
  readonly namespaceOnly?: boolean;
  /** Releases and rollouts that did not finish, a line each. */
  readonly unfinished: readonly string[];
}

/** What is said about faults before they are injected. */
export interface FaultsVerdict {
  readonly refused: readonly string[];
  /** What breaks for whom until when, a line each. */
  readonly notes: readonly string[];
}

function judgeHosts({ hosts }: FaultTarget, { virtualServices }: FaultsFound, { namespace, besides }: FaultsWanted) {
  const found = hosts.flatMap((host) => conflictingVirtualServices(host, namespace, virtualServices, { besides }));
  const seen = new Map(found.map((one) => [one.name, one.host]));
  return [...seen].map(
    ([name, host]) =>
      `VirtualService ${name} already routes host ${host}; Istio would silently ignore one of the two. Remove or narrow ${name}`,
  );
}

const isReaperPod = ({ spec }: V1Pod) => spec?.containers.some(({ name }) => name === reaperContainer) === true;

/** The workloads that call, by their pods, and how many of them have a sidecar. */
function callersOf({ sourceLabels }: Fault, { pods, replicaSets }: FaultsFound) {
  const workloads = new Map<string, boolean>();
  for (const pod of pods.filter(isLive)) {
    if (isReaperPod(pod) || !hasLabels(pod.metadata?.labels, sourceLabels)) continue;
    const owner = ownerOf(pod, replicaSets);
    const name = owner === undefined ? `Pod ${pod.metadata?.name ?? ""}` : `${owner.kind} ${owner.name}`;
    workloads.set(name, workloads.get(name) === true || proxyContainer(pod) !== undefined);
  }
  return { all: workloads.size, withSidecar: [...workloads.values()].filter(Boolean).length };
}

function judgeCallers({ fault }: FaultTarget, found: FaultsFound, { namespace }: FaultsWanted) {
  const { all, withSidecar } = callersOf(fault, found);
  if (all === 0) return [`no running pod of namespace ${namespace} calls: ${callersText(fault)} finds none`];
  return withSidecar > 0 ? [] : [`none of the ${String(all)} calling workloads has a sidecar: nobody would feel it`];
}

function foreignFake({ services }: FaultsFound, { namespace, targets }: FaultsWanted): readonly string[] {
  const own = services.find(({ metadata }) => metadata?.name === fakeService);
  if (own === undefined || own.metadata?.labels?.[faultLabel] !== undefined) return [];
  if (targets.every(({ fault }) => typeOf(fault).leadsTo(fault) === undefined)) return [];
  return [
    `Service ${fakeService} is there and not this program's. Remove it first: kubectl delete service ${fakeService} -n ${namespace}`,
  ];
}

function note({ fault }: FaultTarget, found: FaultsFound, { expires }: FaultsWanted): string {
  const { all, withSidecar } = callersOf(fault, found);
  const until = expires === undefined ? "until they are removed" : `until ${expires}`;
  return `fault: ${faultText(fault)} ${until}; ${String(withSidecar)} of ${String(all)} calling workloads have a sidecar`;
}

const unseen =
  "warning: VirtualServices of other namespaces cannot be seen; one that serves these hosts is not noticed";

/** Judges faults before they are injected. @returns reasons with the way out; none when they may */
export function judgeFaults(found: FaultsFound, wanted: FaultsWanted): FaultsVerdict {
  const { namespace, targets } = wanted;
  const perFault = targets.flatMap((target) =>
    [
      ...typeOf(target.fault).judgeTarget(target.fault, found, wanted),
      ...judgeHosts(target, found, wanted),
      ...judgeCallers(target, found, wanted),
    ].map((text) => `${faultName(target.fault)}: ${text}`),
  );
  const unfinished = found.unfinished.map(
    (text) => `no fault while something is unfinished: ${text}. Run up with faultInjection.enabled: false first`,
  );
  return {
    refused: [...productionReasons(found, namespace), ...unfinished, ...foreignFake(found, wanted), ...perFault],
    notes: [
      ...(found.namespaceOnly === true ? [unseen] : []),
      ...targets.map((target) => note(target, found, wanted)),
      `to end every fault at once: ${endLine(namespace)}`,
    ],
  };
}
