import type * as pulumi from "@pulumi/pulumi";
import { reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { bounded, connect, type Cluster, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { preflight } from "../../../cluster/rollout/preflight";
import { onceSettled, readOverridden } from "../../../cluster/rollout/injectionLabel";
import { readOutdated } from "../../../cluster/rollout/readNamespace";
import { restartWorkloads } from "../../../cluster/rollout/restartWorkloads";
import { readControlPlanes } from "../../../cluster/upgrade/controlPlanes";
import { rollbackRelease } from "../../../cluster/upgrade/rollbackRelease";
import { overriddenText } from "../../../mesh/rollout/injectionLabel";
import { defaultRevision } from "../../../mesh/istio/controlPlanes";
import { totalOf } from "../../../mesh/istio/proxies";
import type { OutdatedSidecars } from "../../../mesh/rollout/outdatedSidecars";
import { dataPlaneOf, listText, type DataPlane, type RolloutTask } from "../../../mesh/rollout/plan";
import { servedVersion, type ServingControlPlane } from "../../../mesh/rollout/servingControlPlane";
import { isOtherCode } from "../dynamicCode";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the rollout remembers in the stack's state. No secrets. */
export interface RolloutInputs extends RolloutTask {
  readonly kubernetes: ClusterAddress;
  /** Version in the settings, and the revision it is of: what a finished update records. */
  readonly version: string;
  readonly revision: string;
  /** Namespace that gets sidecars by its label; absent where it gets none. */
  readonly injected?: string | undefined;
  readonly allow: readonly string[];
  /** Filled by the check: workloads whose sidecar is outdated. */
  readonly outdated?: readonly string[];
  /** Filled by the check: whether a label that somebody else wrote takes the namespace away from its revision. */
  readonly overridden?: boolean;
}

/** What a finished rollout recorded. */
export interface Recorded extends RolloutInputs {
  readonly dataPlane: DataPlane;
}

const log = (line: string) => {
  console.log(line);
};

async function servedNow(cluster: Cluster, serving: ServingControlPlane): Promise<string | undefined> {
  return servedVersion(serving.version === undefined ? await readControlPlanes(cluster) : [], serving);
}

const look = (cluster: Cluster, task: RolloutTask, version: string) =>
  bounded("the Kubernetes API", 60, readOutdated(cluster, task, version));

const outdatedIn = (sidecars: readonly OutdatedSidecars[]) =>
  sidecars.flatMap(({ restarts }) => restarts.map(({ name }) => name));

async function outdated(cluster: Cluster, inputs: RolloutInputs): Promise<readonly string[]> {
  const target = await servedNow(cluster, inputs.serving);
  return target === undefined || !inputs.enabled ? [] : outdatedIn(await look(cluster, inputs, target));
}

async function isOverridden(cluster: Cluster, { injected, serving }: RolloutInputs): Promise<boolean> {
  // What the label says is the one without a revision.
  if (injected === undefined || serving.revision === defaultRevision) return false;
  const value = await readOverridden(cluster, injected, serving.revision);
  if (value !== undefined) log(overriddenText(injected, value));
  return value !== undefined;
}

async function check(olds: Partial<RolloutInputs>, news: RolloutInputs): Promise<pulumi.dynamic.CheckResult> {
  try {
    const cluster = await connect(news.kubernetes);
    const found = { outdated: await outdated(cluster, news), overridden: await isOverridden(cluster, news) };
    return { inputs: { ...news, ...found } };
  } catch (error) {
    unlessInternal(error);
    // The gate has judged what may go on without the cluster.
    return { inputs: { ...news, outdated: olds.outdated ?? [] } };
  }
}

/** What is different from the last rollout that finished. */
interface Change {
  /** Whether the settings' own control plane has another version. */
  readonly version: boolean;
  /** Whether another control plane serves: its proxies are still to come. */
  readonly moves: boolean;
}

/** Restarts what is outdated, once the control plane is fit for it; then counts. */
async function roll(inputs: RolloutInputs, change: Change): Promise<DataPlane> {
  const cluster = await connect(inputs.kubernetes);
  const { serving, parallel, timeoutSeconds, injected } = inputs;
  const target = await servedNow(cluster, serving);
  if (target === undefined) return dataPlaneOf("none", []);
  const before = await look(cluster, inputs, target);
  const restarts = inputs.enabled ? before.flatMap((one) => one.restarts) : [];
  // A version beside the one that serves changes nothing for its proxies.
  const upgraded = change.version && serving.revision === inputs.revision;
  const judgeRejections = upgraded && !inputs.allow.includes("rejected-configuration");
  const proxies = totalOf(dataPlaneOf(target, before).proxies);
  const expected = change.moves ? 0 : proxies;
  const asked = { revision: serving.revision, version: target, namespace: injected, judgeRejections, expected, log };
  const ask = () => preflight(cluster, asked);
  const served = { name: injected ?? "", revision: serving.revision, log };
  const unfit = await (injected === undefined ? ask() : onceSettled(cluster, served, ask));
  if (unfit !== undefined) {
    const { release, revision, timeoutSeconds: seconds } = serving;
    const text = `no sidecar was restarted: ${unfit}`;
    if (!upgraded || release === undefined) throw new Error(text);
    const failure = { release, what: "unfit", version: inputs.version } as const;
    const back = await rollbackRelease(cluster, { failure, revision, timeoutSeconds: seconds });
    throw new Error(`${text}. ${back}`);
  }
  await restartWorkloads(cluster, restarts, { parallel, timeoutSeconds, log });
  const after = restarts.length === 0 ? before : await look(cluster, inputs, target);
  const wrong = inputs.enabled ? outdatedIn(after) : [];
  const found = dataPlaneOf(target, after);
  if (wrong.length > 0)
    throw new Error(`after the rollout sidecars are not ${target}'s: ${listText(wrong)} (${found.text})`);
  log(`control plane version: ${target}, ${found.text}`);
  return found;
}

/** What the rollout does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, olds: Recorded, news: RolloutInputs) =>
    Promise.resolve({
      changes:
        isOtherCode(olds, news) ||
        olds.version !== news.version ||
        olds.serving.revision !== news.serving.revision ||
        (news.outdated ?? []).length > 0 ||
        news.overridden === true,
      replaces: [],
    }),
  create: async (inputs: RolloutInputs) => ({
    id: "rollout",
    outs: { ...inputs, dataPlane: await roll(inputs, { version: false, moves: true }), outdated: [] },
  }),
  update: async (_id, olds: Recorded, news: RolloutInputs) => {
    const moves = olds.serving.revision !== news.serving.revision;
    // Of the same control plane: what another one had before says nothing of what this run did to it.
    const version = olds.revision === news.revision && olds.version !== news.version;
    const dataPlane = await roll(news, { version, moves });
    return { outs: { ...news, dataPlane, outdated: [] } };
  },
  read: async (id, props: Recorded) => {
    // What is outdated again shows as a change, and the next update repairs it.
    const found = await connect(props.kubernetes)
      .then((cluster) => outdated(cluster, props))
      .catch((error: unknown) => {
        unlessInternal(error);
        log(`the data plane cannot be read: ${reasonOf(error)}`);
        return props.outdated ?? [];
      });
    if (found.length > 0) log(`outdated sidecars: ${listText(found)}; up restarts them`);
    return { id, props: { ...props, outdated: found } };
  },
};
