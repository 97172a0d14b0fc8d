import type * as pulumi from "@pulumi/pulumi";
import { isDenied, optional, reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { connect, type Cluster, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { readMark, removeMark } from "../../../cluster/faults/endedByHand";
import { faultPartsIfAny, removeParts, type FaultPart } from "../../../cluster/faults/faultObjects";
import { readMetrics } from "../../../cluster/rollout/preflight";
import { surveyNamespaces } from "../../../cluster/rollout/readNamespace";
import { readClosingImages } from "../../../cluster/upgrade/closingImages";
import { observe } from "../../../cluster/upgrade/observe";
import { adoptDefinitions, removeJobs, removeRecords } from "../../../cluster/upgrade/repairHelm";
import { isActing, isHelper, marksOf } from "../../../mesh/faults/faultObjects";
import { runningVersion } from "../../../mesh/istio/controlPlanes";
import { closingText, hubNote } from "../../../mesh/istio/registries";
import { planRollout } from "../../../mesh/rollout/plan";
import { servedVersion } from "../../../mesh/rollout/servingControlPlane";
import { judge } from "../../../mesh/upgrade/gate";
import { targetOf, type Found, type Heal, type Wanted } from "../../../mesh/upgrade/gateTypes";
import { judgeIdentity, type Identity } from "../../../mesh/upgrade/immutableSettings";
import { planeOf } from "../../../mesh/upgrade/revisions";
import { stepsText } from "../../../mesh/upgrade/upgradeSteps";
import type { RolloutTask } from "./sidecarRollout";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the gate remembers in the stack's state. No secrets. */
export interface GateInputs extends Wanted {
  readonly kubernetes: ClusterAddress;
  readonly production: boolean;
  /** Image registry that the control plane's release asks for. Default: the chart's own. */
  readonly hub?: string;
  readonly rollout: RolloutTask;
  /** Filled by the check: what the run will heal. */
  readonly heal?: readonly Heal[];
  /** Filled by the check: custom resource definitions that the run marks as Helm's. */
  readonly adopt?: readonly string[];
  /** What the settings say beside faults, as a short text. */
  readonly rest: string;
  /** The settings' faults, and the objects that they are made of. */
  readonly faults: {
    readonly wanted: readonly string[];
    readonly objects: readonly string[];
    /** Objects that the stack's state has. */
    readonly known: readonly string[];
    /** Whether the settings put in none at all. */
    readonly off: boolean;
  };
  /** Filled by the check: parts of faults that the settings do not have, or have no more; the run removes them. */
  readonly ending?: readonly Pick<FaultPart, "kind" | "name">[];
  /** Filled by the check: whether the run forgets that faults were ended by hand. */
  readonly forget?: boolean;
}

/** When each release was last healed, by its name. */
export type Healed = Readonly<Record<string, string>>;

/** What the gate left in the state. */
interface GateOutputs extends GateInputs {
  readonly healed?: Healed;
  /** What a refresh found missing. */
  readonly missing?: readonly string[];
}

const failure = (reason: string) => ({ property: "", reason });
const say = (line: string) => {
  console.log(line);
};

/** What the sidecars' rollout will do, judged before the control plane is touched. */
async function judgeRollout(cluster: Cluster, { planes }: Found, { rollout, production, allow }: GateInputs) {
  const { serving, namespaces, daemonSets } = rollout;
  const target = servedVersion(planes, serving);
  if (target === undefined) return { refused: [], notes: [] };
  const options = { version: target, revision: serving.revision, daemonSets };
  return planRollout(await surveyNamespaces(cluster, namespaces, options), target, rollout, { production, allow });
}

/** Proxies that refuse configuration already would make a good upgrade look bad. */
async function judgeRejections(cluster: Cluster, { allow }: GateInputs): Promise<readonly string[]> {
  if (allow.includes("rejected-configuration")) return [];
  const refused = (await readMetrics(cluster))?.rejections ?? 0;
  if (refused === 0) return [];
  return [
    `proxies refused ${String(refused)} configurations of the running control plane since it started (metric ` +
      "pilot_total_xds_rejects), so an upgrade could not be judged. Mend what they refuse and restart the control plane, or " +
      "acknowledge with istio.allow: [rejected-configuration]",
  ];
}

async function judgeAll(found: Found, inputs: GateInputs) {
  const running = runningVersion(planeOf(found.planes, inputs), inputs.recorded);
  const changes = inputs.controlPlane === "managed" && running !== undefined && running !== targetOf(inputs);
  const verdict = judge(found, inputs, Math.floor(Date.now() / 1000));
  const cluster = await connect(inputs.kubernetes);
  const [rollout, rejections, closing] = await Promise.all([
    judgeRollout(cluster, found, inputs),
    changes ? judgeRejections(cluster, inputs) : [],
    readClosingImages(cluster, inputs.rollout.namespaces),
  ]);
  const moves = running === undefined || changes || closing.length > 0;
  const hub = moves ? hubNote(inputs.version, inputs.hub) : undefined;
  return {
    ...verdict,
    refused: [...verdict.refused, ...rejections],
    refusedRollout: rollout.refused,
    warnings: [...verdict.warnings, ...closingText(closing, inputs.hub)],
    notes: [...(changes ? [stepsText(running, inputs)] : []), ...(hub === undefined ? [] : [hub]), ...rollout.notes],
  };
}

async function presentParts({ faults }: Partial<GateInputs>, news: GateInputs): Promise<readonly FaultPart[]> {
  const expected = [...(faults?.objects ?? []), ...news.faults.objects].length > 0;
  try {
    return await faultPartsIfAny(await connect(news.kubernetes), news.namespace, expected);
  } catch (error) {
    // Who may not see faults has put none in.
    if (isDenied(error) && !expected) return [];
    throw error;
  }
}

/** Parts that are to go: those that are not wanted, and those that Pulumi could not make because they are there already. */
function endingOf(parts: readonly FaultPart[], { objects, known }: GateInputs["faults"]): readonly FaultPart[] {
  return parts.filter((part) => !objects.includes(part.key) || (!isHelper(part) && !known.includes(part.key)));
}

/** Whether this run, beside what the last one did, does nothing but end faults. */
function onlyEnds(olds: Partial<GateInputs>, { rest, faults }: GateInputs, ending: readonly FaultPart[]): boolean {
  const before = olds.faults?.wanted ?? [];
  if (olds.rest !== rest || !faults.wanted.every((one) => before.includes(one))) return false;
  const stood = olds.faults?.objects ?? [];
  // Fewer faults; or the same, and somebody else's end. With another end they would come anew.
  const same = faults.objects.every((one) => stood.includes(one));
  return faults.wanted.length < before.length || (same && ending.some(isActing));
}

function partText({ key, name, annotations = {} }: FaultPart, { objects }: GateInputs["faults"]): string {
  const mark = (which: keyof typeof marksOf) => annotations[marksOf[which]] ?? "unknown";
  const what = `fault ${name} (drill ${mark("drill")}, since ${mark("start")})`;
  return objects.includes(key)
    ? `${what} was left by an interrupted run; up makes it anew`
    : `${what} is not in the settings; up ends it`;
}

/** The mark of an earlier end; without the right to it there is none to take away. */
async function endedByHand({ kubernetes, namespace }: GateInputs): Promise<readonly string[]> {
  return (await optional(readMark(await connect(kubernetes), namespace))) ?? [];
}

async function check(olds: Partial<GateInputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  const before: Partial<Identity> = olds;
  const inputs: GateInputs = { ...news, resumed: olds.stack !== undefined };
  try {
    const [found, parts, mark] = await Promise.all([
      observe(news.kubernetes, inputs),
      presentParts(olds, news),
      news.faults.off ? endedByHand(news) : [],
    ]);
    const here = { ...inputs, cluster: found.cluster ?? olds.cluster };
    const { refusedRollout, ...verdict } = await judgeAll(found, here);
    const ending = endingOf(parts, news.faults);
    const judged = verdict.refused;
    // Whatever is wrong with the mesh: faults can be taken out.
    const forgiven = judged.length > 0 && onlyEnds(olds, news, ending);
    const refused = [...judgeIdentity(before, here), ...(forgiven ? [] : judged), ...refusedRollout];
    const warnings = [...verdict.warnings, ...(forgiven ? judged : [])].map((text) => `warning: ${text}`);
    if (refused.length > 0) {
      for (const line of warnings) say(line);
      return { failures: refused.map(failure) };
    }
    const { heal, adopt } = forgiven ? { heal: [], adopt: [] } : verdict;
    const marks =
      adopt.length === 0
        ? []
        : [`${String(adopt.length)} custom resource definitions get Helm's marks, so that they are upgraded`];
    const healing = heal.map(({ release, why }) => `release ${release}: ${why}; up heals it`);
    const ends = ending.filter(isActing).map((part) => partText(part, news.faults));
    for (const line of [...warnings, ...verdict.notes, ...healing, ...marks, ...ends]) say(line);
    const gone = ending.map(({ kind, name }) => ({ kind, name }));
    return { inputs: { ...here, heal, adopt, ending: gone, forget: mark.length > 0 } };
  } catch (error) {
    unlessInternal(error);
    // Without a new version a stack goes on: its own provider says the same of a cluster that does not answer.
    const fixed = judgeIdentity(before, news);
    if (fixed.length > 0) return { failures: fixed.map(failure) };
    say(`warning: the cluster cannot be read (${reasonOf(error)}): nothing is judged, no fault is ended`);
    if (news.recorded === news.version)
      return { inputs: { ...news, cluster: olds.cluster, heal: [], adopt: [], ending: [] } };
    return { failures: [failure(`the cluster cannot be read, so the change cannot be judged: ${reasonOf(error)}`)] };
  }
}

async function heal(inputs: GateInputs, before: Healed): Promise<Healed> {
  const { kubernetes, namespace, heal: heals = [], adopt = [], ending = [], forget = false } = inputs;
  // First of all: nothing below goes well with a database cut off.
  const cluster = await connect(kubernetes);
  await removeParts(cluster, namespace, ending);
  if (forget) await removeMark(cluster, namespace);
  for (const { kind, name } of ending) say(`${kind} ${name}, part of a fault, is gone`);
  const healed: Record<string, string> = { ...before };
  await adoptDefinitions(kubernetes, adopt);
  for (const { release, secrets, jobs = [], why } of heals) {
    await removeRecords(kubernetes, secrets);
    await removeJobs(kubernetes, jobs);
    healed[release] = new Date().toISOString();
    say(`release ${release}: healed (${why})`);
  }
  return healed;
}

const hasWork = ({ heal: heals = [], adopt = [], ending = [], forget = false }: GateInputs) =>
  heals.length + adopt.length + ending.length > 0 || forget;
/** What stands has to be in the state: the next run goes by it. */
const stands = ({ faults }: Partial<GateInputs>) => JSON.stringify(faults?.objects ?? []);

/** What the gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, olds: GateOutputs, news: GateInputs) =>
    Promise.resolve({ changes: hasWork(news) || stands(olds) !== stands(news), replaces: [] }),
  // The inputs stay with the outputs: a refresh is handed those alone.
  create: async (inputs: GateInputs) => ({
    id: inputs.stack,
    outs: { ...inputs, healed: await heal(inputs, {}), missing: [] },
  }),
  update: async (_id, olds: GateOutputs, news: GateInputs) => ({
    outs: { ...news, healed: await heal(news, olds.healed ?? {}), missing: [] },
  }),
  read: async (id, props: GateOutputs) => {
    // What is gone shows as a change of this resource; a release's own refresh does not look at its objects.
    const missing = await observe(props.kubernetes, props).then(
      (found) => found.missing.flatMap(({ gone }) => gone),
      (error: unknown) => {
        unlessInternal(error);
        say(`the cluster cannot be read: ${reasonOf(error)}`);
        return props.missing ?? [];
      },
    );
    for (const line of missing) say(`${line}; up restores it`);
    return { id, props: { ...props, missing } };
  },
};
