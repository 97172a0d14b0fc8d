import * as semver from "semver";
import { endLine } from "../faults/faultObjects";
import { isVersion } from "../istio/controlPlanes";
import { countText, sumOfCounts, type Counts } from "../istio/proxies";
import { layoutOf } from "../istio/releases";

/** A step from what runs to what is wanted. */
export interface Transition {
  /** Version of the control plane that runs. */
  readonly running: string;
  readonly wanted: string;
  /** Whether the wanted one comes beside the running one, as another revision. */
  readonly byRevision?: boolean;
  /** Version that the stack ran before an update that did not finish: the way back to it is open. */
  readonly unfinishedFrom?: string | undefined;
  /** Proxies of the mesh by version, by workload (`namespace/name`). */
  readonly proxies?: Readonly<Record<string, Counts>>;
  /** Whether ValidatingWebhookConfiguration istio-galley is there. */
  readonly galley?: boolean;
  /** Namespaces with active faults. */
  readonly faults?: readonly string[];
  /** Risks acknowledged in `istio.allow`. */
  readonly allow: readonly string[];
}

/** What is said of a step. Allowed: no refusal. */
export interface TransitionVerdict {
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
}

const minor = (version: string) => semver.minor(version);

function hops(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, at) => `1.${String(from + at + 1)}`).join(", ");
}

const otherLayout =
  "there is no way in place between the layouts. Build a new cluster and move the instance, or remove the mesh " +
  "(destroy: its CRDs and custom resources stay), upgrade Kubernetes and install afresh";

/** @see https://istio.io/v1.5/news/releases/1.5.x/announcing-1.5/upgrade-notes/ */
function classicStep({ running, wanted, galley, allow }: Transition): readonly string[] {
  const [from, to] = [minor(running), minor(wanted)];
  if (from === to) return [];
  if (from !== 4 || to !== 5)
    return [
      `from 1.${String(from)} to 1.${String(to)} there is no way in place: the classic layout goes from 1.4 to 1.5 only`,
    ];
  const reasons: string[] = [];
  if (galley === true)
    reasons.push(
      "the upgrade to 1.5 fails while the webhook that Galley 1.4 made is there. First: " +
        "kubectl delete validatingwebhookconfiguration istio-galley",
    );
  if (!allow.includes("classic-minor"))
    reasons.push("going from 1.4 to 1.5 is a risk; acknowledge with istio.allow: [classic-minor]");
  return reasons;
}

/** @see https://istio.io/latest/docs/setup/upgrade/ for one minor in place, two by revision */
function modernStep({ running, wanted, byRevision = false, allow }: Transition): readonly string[] {
  const distance = minor(wanted) - minor(running);
  const path = hops(minor(running), minor(wanted));
  if (distance > 2) return [`too far: one minor at a time in place, two by revision. Go through ${path}`];
  if (distance === 2 && !byRevision)
    return [`one minor at a time in place. Go through ${path}, or install it beside the other with istio.revision`];
  if (distance >= 0) return [];
  if (distance < -1) return [`going back is possible by one minor only. Set istio.version to ${running}`];
  return allow.includes("downgrade")
    ? []
    : ["going back one minor is a risk; acknowledge with istio.allow: [downgrade]"];
}

/** Proxies that a control plane is not made for: it serves those of its own minor and the one before. */
function laggards({ running, wanted, byRevision = false, proxies = {}, allow }: Transition): TransitionVerdict {
  // Beside the old one the new control plane gets no proxies before they are recreated.
  const plane = byRevision ? running : wanted;
  const isBehind = (version: string) =>
    isVersion(version) && layoutOf(version) === layoutOf(plane) && minor(plane) - minor(version) > 1;
  const behind = Object.entries(proxies).flatMap(([workload, counts]) => {
    const old = Object.fromEntries(Object.entries(counts).filter(([version]) => isBehind(version)));
    return Object.keys(old).length === 0 ? [] : [{ workload, old, namespace: workload.split("/")[0] ?? "" }];
  });
  // They are as far behind what runs, or stay with it: the step makes nothing worse for them.
  const isHarmless = byRevision || minor(running) === minor(wanted);
  const accepted = behind.filter(({ workload }) => isHarmless || allow.includes(allowOldProxies(workload)));
  const refused = behind.filter((one) => !accepted.includes(one));
  const distance = `more than one minor behind ${plane}`;
  return {
    refused: [...new Set(refused.map(({ namespace }) => namespace))].map((namespace) => {
      const own = refused.filter((one) => one.namespace === namespace);
      return (
        `namespace ${namespace} has ${countText(sumOfCounts(own.map(({ old }) => old)))}, ${distance}. First roll it at ${running}: ` +
        `with rollout.namespaces, or kubectl rollout restart deployment,statefulset -n ${namespace}; or acknowledge each ` +
        `workload with istio.allow: [${own.map(({ workload }) => allowOldProxies(workload)).join(", ")}]`
      );
    }),
    warnings: accepted.map(({ workload, old }) => `${workload} keeps ${countText(old)}, ${distance}`),
  };
}

/** How a person acknowledges that a workload's proxies are too old. @param workload `namespace/name` */
const allowOldProxies = (workload: string) => `old-proxies:${workload}`;

const faultText = (namespaces: readonly string[]) =>
  `faults are active in ${namespaces.join(", ")}. First end them: ` + namespaces.map(endLine).join(" && ");

/**
 * Judges the step from the control plane that runs to the wanted one.
 * @returns reasons with the way out; none when the step is allowed
 */
export function judgeTransition(transition: Transition): TransitionVerdict {
  const { running, wanted, unfinishedFrom, faults = [] } = transition;
  if (!isVersion(running) || semver.eq(running, wanted)) return { refused: [], warnings: [] };
  const step = `Istio ${running} runs, ${wanted} is wanted`;
  const layout = layoutOf(wanted);
  const back = semver.lt(wanted, running)
    ? [`going back from ${running} to ${wanted}: CRDs that only ${running} has stay`]
    : [];
  const stopped = faults.length > 0 ? [`${step}: ${faultText(faults)}`] : [];
  if (layoutOf(running) !== layout) return { refused: [`${step}: ${otherLayout}`, ...stopped], warnings: [] };
  // The update that went forward did not finish; what it left half-done is undone.
  if (wanted === unfinishedFrom) return { refused: stopped, warnings: back };
  const reasons = layout === "classic" ? classicStep(transition) : modernStep(transition);
  const lag = reasons.length === 0 ? laggards(transition) : { refused: [], warnings: [] };
  const refused = [...[...reasons, ...lag.refused].map((reason) => `${step}: ${reason}`), ...stopped];
  return { refused, warnings: refused.length > 0 ? [] : [...back, ...lag.warnings] };
}
