import type * as pulumi from "@pulumi/pulumi";
import { reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { connect, type Cluster, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { forgetEndedDrill, readEndedDrills, rememberEndedDrills } from "../../../cluster/faults/endedByHand";
import {
  createFaultObjects,
  deleteFaultObjects,
  readFaultObjects,
  updateAnnotations,
} from "../../../cluster/faults/faultObjects";
import { observeFaults, type MeshWanted } from "../../../cluster/faults/observeFaults";
import type { DrillState } from "../../../mesh/faults/drill";
import { faultName } from "../../../mesh/faults/fault";
import { isActing, startingAt, type FaultObject } from "../../../mesh/faults/faultObjects";
import { judgeFaults, type FaultsWanted } from "../../../mesh/faults/judgeFaults";
import { isOtherCode } from "../dynamicCode";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the faults' gate remembers in the stack's state. No secrets. */
export interface FaultGateInputs extends MeshWanted, FaultsWanted {
  readonly kubernetes: ClusterAddress;
  readonly drill: string;
  /** Whether the faults are active, and if not, why not. */
  readonly state: DrillState;
  /** Whether all that the state has of faults, and all that is wanted, was in the cluster when the run began. */
  readonly inSync: boolean;
  /** What the faults lead to: of every drill the same objects. */
  readonly helpers: readonly FaultObject[];
  /** Filled by the check: faults that are not active yet. */
  readonly added?: readonly string[];
  /** Filled by the check: when the drill began. */
  readonly start?: string;
}

const say = (line: string) => {
  console.log(line);
};

const endedText =
  "the faults were ended by hand (mesh faults --off) and are not put back. To inject them again: up once with " +
  "faultInjection.enabled: false, or change faultInjection.expires";

/** Faults that are not active: those that the drill before had not, or all where not all of that one is in the cluster. */
function addedFaults(olds: Partial<FaultGateInputs>, news: FaultGateInputs): readonly string[] {
  const before = olds.state === "on" && news.inSync ? (olds.targets ?? []).map((one) => JSON.stringify(one)) : [];
  return news.targets.filter((one) => !before.includes(JSON.stringify(one))).map(({ fault }) => faultName(fault));
}

async function judgeNow(cluster: Cluster, news: FaultGateInputs, besides?: string) {
  const [found, ended] = await Promise.all([observeFaults(cluster, news), readEndedDrills(cluster, news.namespace)]);
  const { refused, notes } = judgeFaults(found, { ...news, besides });
  const late = news.expires !== undefined && new Date(news.expires) <= new Date();
  const more = [...(ended.includes(news.drill) ? [endedText] : []), ...(late ? [expiredText(news)] : [])];
  return { refused: [...refused, ...more], notes };
}

const expiredText = ({ expires = "" }: FaultGateInputs) =>
  `faultInjection.expires is past (${expires}): set faultInjection.enabled: false, or a time to come`;

async function check(olds: Partial<FaultGateInputs>, news: FaultGateInputs): Promise<pulumi.dynamic.CheckResult> {
  const start = olds.drill === news.drill && olds.start !== undefined ? olds.start : new Date().toISOString();
  const inputs = { ...news, start };
  const failures = (reasons: readonly string[]) => ({
    failures: reasons.map((reason) => ({ property: "", reason: `no fault was injected: ${reason}` })),
  });
  if (news.state === "ended") {
    say(`warning: ${endedText}`);
    return { inputs };
  }
  if (news.state === "expired") {
    // Active faults are removed; new ones do not come late.
    if (olds.drill === undefined) return failures([expiredText(news)]);
    say(`warning: ${expiredText(news)}; up removes the faults`);
    return { inputs };
  }
  try {
    const { refused, notes } = await judgeNow(await connect(news.kubernetes), news);
    const added = addedFaults(olds, news);
    if (refused.length > 0 && added.length > 0) return failures(refused);
    for (const line of [...refused.map((text) => `warning: ${text}`), ...notes]) say(line);
    return { inputs: { ...inputs, added } };
  } catch (error) {
    unlessInternal(error);
    return failures([`the cluster cannot be read, so faults cannot be judged: ${reasonOf(error)}`]);
  }
}

/** Asks again, much may have happened since the preview; then makes what the faults lead to. */
async function admit(cluster: Cluster, news: FaultGateInputs): Promise<void> {
  const { added = [], drill, namespace, start = "" } = news;
  const { refused } = added.length === 0 ? { refused: [] } : await judgeNow(cluster, news, drill);
  if (refused.length > 0) throw new Error(`no fault was injected: ${refused.join("; ")}`);
  const helpers = startingAt(news.helpers, start);
  await createFaultObjects(cluster, namespace, helpers);
  await updateAnnotations(cluster, namespace, helpers);
  if (added.length > 0) say(`drill ${drill}: injecting ${added.join(", ")}`);
}

/** What the faults' gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, olds: FaultGateInputs, news: FaultGateInputs) => {
    const hasAdded = news.state === "on" && (news.added ?? []).length > 0;
    const other = olds.drill !== news.drill || olds.state !== news.state || isOtherCode(olds, news);
    return Promise.resolve({ changes: other || hasAdded, replaces: [] });
  },
  create: async (inputs: FaultGateInputs) => {
    if (inputs.state === "on") await admit(await connect(inputs.kubernetes), inputs);
    return { id: "faults", outs: inputs };
  },
  update: async (_id, olds: FaultGateInputs, news: FaultGateInputs) => {
    const cluster = await connect(news.kubernetes);
    if (news.state === "on") await admit(cluster, news);
    // Also where they were removed with kubectl: the next run does not see that any more.
    if (news.state === "ended") await rememberEndedDrills(cluster, news.namespace, [news.drill]);
    // Another drill: that the one before was ended by hand counts no more.
    else if (olds.drill !== news.drill) await forgetEndedDrill(cluster, news.namespace, olds.drill);
    return { outs: news };
  },
  delete: async (_id, { kubernetes, namespace, helpers }: FaultGateInputs) => {
    const cluster = await connect(kubernetes);
    // A drill of the command may be leading there.
    if ((await readFaultObjects(cluster, namespace)).some(isActing)) return;
    const own = helpers.map(({ kind, metadata }) => ({ kind, name: metadata.name }));
    await deleteFaultObjects(cluster, namespace, own);
  },
};
