import type * as pulumi from "@pulumi/pulumi";
import { reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { connect, type Cluster, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { forgetEndedDrill, readEndedDrills, rememberEndedDrills } from "../../../cluster/faults/endedByHand";
import {
  createFaultObjects,
  deleteFaultObjects,
  readFaultObjects,
  tryFaultObjects,
  updateAnnotations,
} from "../../../cluster/faults/faultObjects";
import { observeFaults, type MeshWanted } from "../../../cluster/faults/observeFaults";
import { keyOf, type DrillState } from "../../../mesh/faults/drill";
import { faultName } from "../../../mesh/faults/fault";
import { faultAnnotations, isActing, isHelper, startingAt, type FaultObject } from "../../../mesh/faults/faultObjects";
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

/** Where a drill is; an older program left no objects with it. */
type DrillPlace = Pick<FaultGateInputs, "kubernetes" | "namespace" | "drill">;

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
    const cluster = await connect(news.kubernetes);
    const [{ refused, notes }, present] = await Promise.all([
      judgeNow(cluster, news),
      readFaultObjects(cluster, news.namespace),
    ]);
    const there = present.map(({ key }) => key);
    const missing = news.objects.map(keyOf).filter((key) => !there.includes(key));
    const added = addedFaults(olds, news);
    if (refused.length > 0 && added.length > 0) return failures(refused);
    const lacking = news.objects.filter((one) => missing.includes(keyOf(one)));
    const { unadmitted, untried } = await tryFaultObjects(cluster, news.namespace, lacking);
    if (unadmitted !== undefined) return failures([unadmitted]);
    if (untried !== undefined) say(`whether the API server takes the faults was not tried: ${untried}`);
    for (const line of [...refused.map((text) => `warning: ${text}`), ...notes]) say(line);
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
  const objects = startingAt(news.objects, start);
  await createFaultObjects(cluster, namespace, objects);
  // What another drill led to is this one's from now on.
  await updateAnnotations(cluster, namespace, objects.filter(isHelper));
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
  delete: async (_id, { kubernetes, namespace, drill, objects = [] }: Partial<FaultGateInputs> & DrillPlace) => {
    const cluster = await connect(kubernetes);
    const own = objects.map(({ kind, metadata }) => ({ kind, name: metadata.name }));
    await deleteFaultObjects(
      cluster,
      namespace,
      own.filter((one) => !isHelper(one)),
    );
    // A drill of the command may lead where this one led.
    const others = (await readFaultObjects(cluster, namespace)).filter(isActing);
    if (others.some(({ annotations = {} }) => annotations[faultAnnotations.drill] !== drill)) return;
    await deleteFaultObjects(cluster, namespace, own);
  },
};
