import type * as pulumi from "@pulumi/pulumi";
import { reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { connect, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { forgetDrill, readMark, writeMark } from "../../../cluster/faults/endedByHand";
import { faultParts, putIn, remark, removeParts } from "../../../cluster/faults/faultObjects";
import { observeFaults, type MeshWanted } from "../../../cluster/faults/observeFaults";
import type { DrillState } from "../../../mesh/faults/drill";
import { faultName } from "../../../mesh/faults/fault";
import { isActing, startingAt, type FaultObject } from "../../../mesh/faults/faultObjects";
import { judgeFaults, type FaultsWanted } from "../../../mesh/faults/judgeFaults";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the faults' gate remembers in the stack's state. No secrets. */
export interface FaultGateInputs extends MeshWanted, FaultsWanted {
  readonly kubernetes: ClusterAddress;
  readonly drill: string;
  /** Whether the faults are in, and if not, why not. */
  readonly state: DrillState;
  /** Whether all that the state has of faults, and all that is wanted, was in the cluster when the run began. */
  readonly live: boolean;
  /** What the faults lead to: of every drill the same objects. */
  readonly helpers: readonly FaultObject[];
  /** Filled by the check: faults that are not in yet. */
  readonly comes?: readonly string[];
  /** Filled by the check: when the drill began. */
  readonly start?: string;
}

const say = (line: string) => {
  console.log(line);
};

const endedText =
  "the faults were ended by hand (mesh faults --off) and are not put back. To put them in again: up once with " +
  "faultInjection.enabled: false, or change faultInjection.expires";

/** Faults that are not in: those that the drill before had not, or all where not all of that one is in the cluster. */
function added(olds: Partial<FaultGateInputs>, news: FaultGateInputs): readonly string[] {
  const before = olds.state === "on" && news.live ? (olds.targets ?? []).map((one) => JSON.stringify(one)) : [];
  return news.targets.filter((one) => !before.includes(JSON.stringify(one))).map(({ fault }) => faultName(fault));
}

async function judgeNow(news: FaultGateInputs, besides?: string) {
  const [found, mark] = await Promise.all([
    observeFaults(news.kubernetes, news),
    connect(news.kubernetes).then((cluster) => readMark(cluster, news.namespace)),
  ]);
  const { refused, notes } = judgeFaults(found, { ...news, besides });
  const late = news.expires !== undefined && new Date(news.expires) <= new Date();
  const more = [...(mark.includes(news.drill) ? [endedText] : []), ...(late ? [expiredText(news)] : [])];
  return { refused: [...refused, ...more], notes };
}

const expiredText = ({ expires = "" }: FaultGateInputs) =>
  `faultInjection.expires is past (${expires}): set faultInjection.enabled: false, or a time to come`;

async function check(olds: Partial<FaultGateInputs>, news: FaultGateInputs): Promise<pulumi.dynamic.CheckResult> {
  const start = olds.drill === news.drill && olds.start !== undefined ? olds.start : new Date().toISOString();
  const inputs = { ...news, start };
  const failures = (reasons: readonly string[]) => ({
    failures: reasons.map((reason) => ({ property: "", reason: `no fault was put in: ${reason}` })),
  });
  if (news.state === "ended") {
    say(`warning: ${endedText}`);
    return { inputs };
  }
  if (news.state === "expired") {
    // Faults that were in are taken out; new ones do not come late.
    if (olds.drill === undefined) return failures([expiredText(news)]);
    say(`warning: ${expiredText(news)}; up takes the faults out`);
    return { inputs };
  }
  try {
    const { refused, notes } = await judgeNow(news);
    const comes = added(olds, news);
    if (refused.length > 0 && comes.length > 0) return failures(refused);
    for (const line of [...refused.map((text) => `warning: ${text}`), ...notes]) say(line);
    return { inputs: { ...inputs, comes } };
  } catch (error) {
    unlessInternal(error);
    return failures([`the cluster cannot be read, so faults cannot be judged: ${reasonOf(error)}`]);
  }
}

/** Asks again, much may have happened since the preview; then makes what the faults lead to. */
async function admit(news: FaultGateInputs): Promise<void> {
  if (news.state !== "on") return;
  const { comes = [], drill, namespace, start = "" } = news;
  const { refused } = comes.length === 0 ? { refused: [] } : await judgeNow(news, drill);
  if (refused.length > 0) throw new Error(`no fault was put in: ${refused.join("; ")}`);
  const cluster = await connect(news.kubernetes);
  const helpers = startingAt(news.helpers, start);
  await putIn(cluster, namespace, helpers);
  await remark(cluster, namespace, helpers);
  if (comes.length > 0) say(`drill ${drill}: putting in ${comes.join(", ")}`);
}

/** What the faults' gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, olds: FaultGateInputs, news: FaultGateInputs) => {
    const comes = news.state === "on" && (news.comes ?? []).length > 0;
    return Promise.resolve({ changes: olds.drill !== news.drill || olds.state !== news.state || comes, replaces: [] });
  },
  create: async (inputs: FaultGateInputs) => {
    await admit(inputs);
    return { id: "faults", outs: inputs };
  },
  update: async (_id, olds: FaultGateInputs, news: FaultGateInputs) => {
    await admit(news);
    const cluster = await connect(news.kubernetes);
    // Also where they were removed with kubectl: the next run does not see that any more.
    if (news.state === "ended") await writeMark(cluster, news.namespace, [news.drill]);
    // Another drill: that the one before was ended by hand counts no more.
    else if (olds.drill !== news.drill) await forgetDrill(cluster, news.namespace, olds.drill);
    return { outs: news };
  },
  delete: async (_id, { kubernetes, namespace, helpers }: FaultGateInputs) => {
    const cluster = await connect(kubernetes);
    // A drill of the command may be leading there.
    if ((await faultParts(cluster, namespace)).some(isActing)) return;
    const own = helpers.map(({ kind, metadata }) => ({ kind, name: metadata.name }));
    await removeParts(cluster, namespace, own);
  },
};
