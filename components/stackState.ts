import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KnownRelease } from "../mesh/gate";
import type { Recorded } from "./sidecarRolloutProvider";

/** A Helm release in the stack's state: enough to register it again as it was. */
export interface StateRelease extends KnownRelease {
  readonly args: kubernetes.helm.v3.ReleaseArgs;
}

/** What the stack's state was before this run. */
export interface StackState {
  readonly releases: readonly StateRelease[];
  /** Version that the last finished update recorded. */
  readonly recorded?: string | undefined;
}

/** The state of a stack that was never deployed. */
export const emptyState: StackState = { releases: [] };

const releaseType = "kubernetes:helm.sh/v3:Release";
const rolloutType = "pulumi-nodejs:dynamic/jam-istio:SidecarRollout";

type Outputs = kubernetes.helm.v3.ReleaseArgs & {
  readonly name?: string;
  readonly status?: { readonly revision?: number };
};

function argsOf(outputs: Outputs): kubernetes.helm.v3.ReleaseArgs {
  const { chart, version, name, namespace, values, description, timeout, waitForJobs, maxHistory, skipCrds } = outputs;
  const { repositoryOpts } = outputs;
  const given = { chart, version, name, namespace, values, description, timeout, waitForJobs, maxHistory };
  return {
    ...given,
    ...(repositoryOpts === undefined ? {} : { repositoryOpts }),
    ...(skipCrds === true ? { skipCrds } : {}),
  };
}

/** Reads the stack's state as it was before this run. */
export async function readStackState(): Promise<StackState> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const options = { async: true };
  const result = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName }, options)) as {
    outputs?: Record<string, { type: string; outputs?: Record<string, unknown> }>;
  };
  const resources = Object.values(result.outputs ?? {});
  const rollout = resources.find(({ type }) => type === rolloutType)?.outputs as Partial<Recorded> | undefined;
  return {
    releases: resources
      .filter(({ type }) => type === releaseType)
      .map(({ outputs = {} }) => {
        const release = outputs as unknown as Outputs;
        return { name: release.name ?? "", revision: release.status?.revision, args: argsOf(release) };
      }),
    recorded: rollout?.version,
  };
}
