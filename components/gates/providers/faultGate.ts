import type * as pulumi from "@pulumi/pulumi";
import { reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { connect, type Cluster, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { forgetEndedDrill, readEndedDrills, rememberEndedDrills } from "../../../cluster/faults/endedByHand";
import { endSettingsDrills } from "../../../cluster/faults/endFaults";
import {
  deleteFaultObjects,
  injectFaultObjects,
  readFaultObjects,
  tryFaultObjects,
  unseenText,
} from "../../../cluster/faults/faultObjects";
import { hasDrill } from "../../../cluster/faults/hasDrill";
import { observeFaults, type MeshWanted } from "../../../cluster/faults/observeFaults";
import { NoReaper, placeReaper, reaperTrouble, startReaper } from "../../../cluster/faults/reaper";
import { keyOf, type DrillState } from "../../../mesh/faults/drill";
import { faultName } from "../../../mesh/faults/fault";
import { isActing, isHelper, partOf, startingAt, type FaultObject } from "../../../mesh/faults/faultObjects";
import { endNotes, expiredText } from "../../../mesh/faults/faultsEnd";
import { judgeFaults, type FaultsWanted } from "../../../mesh/faults/judgeFaults";
import { isOtherCode } from "../dynamicCode";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the faults' gate remembers in the stack's state. No secrets. */
export interface FaultGateInputs extends MeshWanted, FaultsWanted {
  readonly kubernetes: ClusterAddress;
  readonly drill: string;
  /** Whether the faults are active, and if not, why not. */
  readonly state: DrillState;
  /** Whether all faults that the last run left active were in the cluster when this run began. */
  readonly inSync: boolean;
  /** All objects of the drill, what acts and what it leads to; none where it is not on. */
  readonly objects: readonly FaultObject[];
  /** Filled by the check: faults that are not active yet. */
  readonly added?: readonly string[];
  /** Filled by the check: keys of objects that are not in the cluster. */
  readonly missing?: readonly string[];
  /** Filled by the check: when the drill began. */
  readonly start?: string;
}

/** What the faults' gate leaves in the state. */
export interface FaultGateOutputs extends FaultGateInputs {
  /** Keys of the VirtualServices that it left active. */
  readonly active: readonly string[];
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
  const more = [...(ended.includes(news.drill) ? [endedText] : []), ...(late ? [expiredText(news.expires ?? "")] : [])];
  return { refused: [...refused, ...more], notes };
}

const endedMeanwhile = "somebody ended the faults while this run was at work; the next up takes that for their end";

/** What is said of the faults' end; a reaper that is there already may not run. */
async function endLines(
  cluster: Cluster,
  { objects, namespace, expires }: FaultGateInputs,
  there: readonly string[],
): Promise<readonly string[]> {
  const job = objects.find(({ kind }) => kind === "Job");
  const made = job !== undefined && there.includes(keyOf(job));
  const trouble = made ? await reaperTrouble(cluster, namespace, job.metadata.name) : undefined;
  const lines = endNotes({ expires, reaper: job !== undefined });
  return trouble === undefined
    ? lines
    : [...lines, `warning: ${trouble}: nothing ends the faults at their time but up`];
}

async function check(olds: Partial<FaultGateInputs>, news: FaultGateInputs): Promise<pulumi.dynamic.CheckResult> {
  const start = olds.drill === news.drill && olds.start !== undefined ? olds.start : new Date().toISOString();
  const inputs = { ...news, start };
  const { expires = "" } = news;
  const failures = (reasons: readonly string[]) => ({
    failures: reasons.map((reason) => ({ property: "", reason: `no fault was injected: ${reason}` })),
  });
  if (news.state === "ended") {
    say(`warning: ${endedText}`);
    return { inputs };
  }
  if (news.state === "expired") {
    // Active faults are removed; new ones do not come late.
    if (olds.drill === undefined && !(await hasDrill(news))) return failures([expiredText(expires)]);
    say(`warning: ${expiredText(expires)}; up removes the faults`);
    return { inputs };
  }
  try {
    const cluster = await connect(news.kubernetes);
    const [{ refused, notes }, { found, unseen }] = await Promise.all([
      judgeNow(cluster, news),
      readFaultObjects(cluster, news.namespace),
    ]);
    const there = found.map(({ key }) => key);
    const lacking = news.objects.filter((one) => !there.includes(keyOf(one)));
    // They were there when this run began.
    const lacksActing = lacking.some(isActing);
    if (news.inSync && olds.drill === news.drill && lacksActing) return failures([endedMeanwhile]);
    const added = lacksActing ? news.targets.map(({ fault }) => faultName(fault)) : addedFaults(olds, news);
    // What may not be listed is not missing: only with new faults it is made, where it is not there.
    const unknown = lacking.filter(({ kind }) => unseen.includes(kind));
    const missing = (added.length > 0 ? lacking : lacking.filter((one) => !unknown.includes(one))).map(keyOf);
    if (refused.length > 0 && added.length > 0) return failures(refused);
    const { objects, notes: ofReaper } = await placeReaper(cluster, news.namespace, lacking);
    const { unadmitted, untried } = await tryFaultObjects(cluster, news.namespace, objects);
    if (unadmitted !== undefined) return failures([unadmitted]);
    if (untried !== undefined) say(`whether the API server takes the faults was not tried: ${untried}`);
    if (unknown.length > 0) say(`warning: ${unseenText([...new Set(unknown.map(({ kind }) => kind))])}`);
    const ends = await endLines(cluster, news, there);
    for (const line of [...refused.map((text) => `warning: ${text}`), ...notes, ...ofReaper, ...ends]) say(line);
    return { inputs: { ...inputs, added, missing } };
  } catch (error) {
    unlessInternal(error);
    return failures([`the cluster cannot be read, so faults cannot be judged: ${reasonOf(error)}`]);
  }
}

/** Asks again, much may have happened since the preview; then injects what is not there. @returns keys of what acts now */
async function inject(cluster: Cluster, news: FaultGateInputs): Promise<readonly string[]> {
  if (news.state !== "on") return [];
  const { added = [], drill, namespace, start = "" } = news;
  const { refused } = added.length === 0 ? { refused: [] } : await judgeNow(cluster, news, drill);
  if (refused.length > 0) throw new Error(`no fault was injected: ${refused.join("; ")}`);
  if (added.length > 0) say(`drill ${drill}: injecting ${added.join(", ")}`);
  const { objects } = await placeReaper(cluster, namespace, startingAt(news.objects, start));
  const lacking = objects.filter((one) => (news.missing ?? []).includes(keyOf(one)));
  // What ends them on time is there, and runs, before they are.
  await startReaper(cluster, namespace, { objects, lacking }).catch((error: unknown) => {
    if (!(error instanceof NoReaper)) throw error;
    const what = added.length > 0 ? "no fault was injected" : "the faults are active and have no reaper";
    throw new Error(`${what}: ${error.message}. Without a reaper: faultInjection.reaper: false`, { cause: error });
  });
  // Its start took time, in which somebody else may have begun something; of two at the same moment at least one goes.
  const judgeAgain = async () => {
    const again = added.length === 0 ? [] : (await judgeNow(cluster, news, drill)).refused;
    if (again.length === 0) return;
    const made = lacking.filter((one) => !isHelper(one)).map(partOf);
    await deleteFaultObjects(cluster, namespace, made).catch(unlessInternal);
    throw new Error(`no fault was injected: ${again.join("; ")}`);
  };
  await judgeAgain();
  await injectFaultObjects(cluster, namespace, objects, { lacking });
  await judgeAgain();
  return objects.filter(isActing).map(keyOf);
}

/** What the faults' gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, olds: FaultGateInputs, news: FaultGateInputs) => {
    const lacks = news.state === "on" && (news.missing ?? []).length > 0;
    const other = olds.drill !== news.drill || olds.state !== news.state || isOtherCode(olds, news);
    return Promise.resolve({ changes: other || lacks, replaces: [] });
  },
  create: async (inputs: FaultGateInputs) => {
    const active = inputs.state === "on" ? await inject(await connect(inputs.kubernetes), inputs) : [];
    return { id: "faults", outs: { ...inputs, active } };
  },
  update: async (_id, olds: FaultGateInputs, news: FaultGateInputs) => {
    const cluster = await connect(news.kubernetes);
    const active = await inject(cluster, news);
    // Also where they were removed with kubectl: the next run does not see that any more.
    if (news.state === "ended") await rememberEndedDrills(cluster, news.namespace, [news.drill]);
    // Another drill: that the one before was ended by hand counts no more.
    else if (olds.drill !== news.drill) await forgetEndedDrill(cluster, news.namespace, olds.drill);
    return { outs: { ...news, active } };
  },
  delete: async (_id, { kubernetes, namespace }: FaultGateInputs) => {
    await endSettingsDrills(await connect(kubernetes), namespace);
  },
};
