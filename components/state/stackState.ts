import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultRevision } from "../../mesh/istio/controlPlanes";
import type { DeployedRelease } from "../../mesh/install/canaryGateway";
import { chartNameOf, type ChartName } from "../../mesh/install/chartSources";
import { systemNamespace } from "../../mesh/istio/names";
import type { KnownRelease } from "../../mesh/upgrade/gateTypes";
import { gateType, releaseType } from "../../mesh/upgrade/stateTypes";
import type { FaultGateOutputs } from "../gates/providers/faultGate";
import type { GateOutputs } from "../gates/providers/gateState";
import { memoryOf } from "../gates/providers/olderState";
import type { Recorded } from "../gates/providers/sidecarRollout";

/** A Helm release in the stack's state: enough to register it again as it was. */
export interface StateRelease extends KnownRelease {
  readonly args: kubernetes.helm.v3.ReleaseArgs;
}

/** What the stack's state was before this run. */
export interface StackState {
  readonly releases: readonly StateRelease[];
  /** Whether the stack made namespace istio-system, or found it; absent where the state has it in neither way. */
  readonly systemNamespace?: "made" | "found" | undefined;
  /** VirtualServices of faults, kind and name, that the last run left active. */
  readonly activeFaults: readonly string[];
  /** What the last finished update recorded: a version, and the revision of the control plane that has it. */
  readonly recorded?: { readonly version: string; readonly revision: string } | undefined;
}

/** The state of a stack that was never deployed. */
export const emptyState: StackState = { releases: [], activeFaults: [] };

/** What was recorded of a revision of the control plane; another one's version says nothing of it. */
export function recordedVersion({ recorded }: StackState, revision = defaultRevision): string | undefined {
  return recorded?.revision === revision ? recorded.version : undefined;
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** The chart that a release of the state was made with. */
export function chartOf({ args }: StateRelease): ChartName {
  const version = text(args.version) ?? "";
  return { chart: chartNameOf(text(args.chart) ?? "", version), version };
}

/** The revision among a release's values; `undefined` where it has none. */
export const revisionOf = ({ args }: StateRelease): string | undefined =>
  text(((args.values ?? {}) as { readonly revision?: unknown }).revision);

/** The state's releases, as the plan of the mesh asks about them. */
export function deployedReleases({ releases }: StackState): readonly DeployedRelease[] {
  return releases.map((one) => ({
    ...{ name: one.name, chart: chartOf(one).chart },
    ...{ version: text(one.args.version), revision: revisionOf(one) },
  }));
}

const namespaceTypes = {
  "kubernetes:core/v1:Namespace": "made",
  "kubernetes:core/v1:NamespacePatch": "found",
} as const;
const faultGateType = "pulumi-nodejs:dynamic/jam-istio:FaultGate";
const rolloutType = "pulumi-nodejs:dynamic/jam-istio:SidecarRollout";

type Outputs = kubernetes.helm.v3.ReleaseArgs & {
  readonly name?: string;
  readonly status?: { readonly revision?: number };
};

function argsOf(outputs: Outputs): kubernetes.helm.v3.ReleaseArgs {
  const { chart, version, name, namespace, values, description, timeout, waitForJobs, maxHistory, skipCrds } = outputs;
  const given = { chart, version, name, namespace, values, description, timeout, waitForJobs, maxHistory };
  return {
    ...given,
    ...(skipCrds === true ? { skipCrds } : {}),
  };
}

interface StateOutputs {
  readonly outputs?: Readonly<Record<string, { type: string; outputs?: Record<string, unknown> }>>;
}

/** What the faults' gate injected, but for what a later run, which did not come to its end, removed first of all. */
function activeFaults(gate: Partial<GateOutputs> = {}, faults: Partial<FaultGateOutputs> = {}): readonly string[] {
  const kept = memoryOf(gate).desired?.faults.objects ?? [];
  return (faults.active ?? []).filter((key) => kept.includes(key));
}

type StateResource = NonNullable<StateOutputs["outputs"]>[string];

function isSystemNamespace({ outputs = {} }: StateResource): boolean {
  return (outputs["metadata"] as { readonly name?: string } | undefined)?.name === systemNamespace;
}

function systemNamespaceOf(resources: readonly StateResource[]): StackState["systemNamespace"] {
  const own = resources.find((one) => one.type in namespaceTypes && isSystemNamespace(one));
  return own && namespaceTypes[own.type as keyof typeof namespaceTypes];
}

/** Asks the engine for the state. */
async function stateOutputs(): Promise<StateOutputs> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  for (let tries = 1; ; tries++) {
    try {
      const read = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName }, { async: true });
      return (await read) as StateOutputs;
    } catch (error) {
      // A backend of files may be writing the state at this moment, and is read half then.
      const half = error instanceof Error && error.message.includes("failed to load checkpoint");
      if (!half || tries === 50) throw error;
      await sleep(100);
    }
  }
}

/** Reads the stack's state as it was before this run. */
export async function readStackState(): Promise<StackState> {
  const resources = Object.values((await stateOutputs()).outputs ?? {});
  const find = <T>(of: string) => resources.find(({ type }) => type === of)?.outputs as Partial<T> | undefined;
  const rollout = find<Recorded>(rolloutType);
  return {
    releases: resources
      .filter(({ type }) => type === releaseType)
      .map(({ outputs = {} }) => {
        const release = outputs as unknown as Outputs;
        return { name: release.name ?? "", revision: release.status?.revision, args: argsOf(release) };
      }),
    systemNamespace: systemNamespaceOf(resources),
    activeFaults: activeFaults(find<GateOutputs>(gateType), find<FaultGateOutputs>(faultGateType)),
    recorded:
      rollout?.version === undefined ? undefined : { version: rollout.version, revision: rollout.revision ?? "" },
  };
}
