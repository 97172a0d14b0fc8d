import type * as pulumi from "@pulumi/pulumi";
import { isDenied, optional, reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { bounded, connect, type Cluster } from "../../../cluster/client/kubernetesClient";
import { endSettingsDrills } from "../../../cluster/faults/endFaults";
import { forgetEndedDrills, readEndedDrills } from "../../../cluster/faults/endedByHand";
import {
  deleteFaultObjects,
  readFaultObjects,
  readFaultObjectsIfAny,
  unseenText,
  type SeenFaultObjects,
} from "../../../cluster/faults/faultObjects";
import { observe } from "../../../cluster/upgrade/observe";
import { adoptCrds, removeHooks, removeJobs, removeRecords } from "../../../cluster/upgrade/repairHelm";
import { resetParts } from "../../../cluster/upgrade/resetParts";
import { endingText, faultsToEnd, onlyEndsFaults, type FoundFaultObject } from "../../../mesh/faults/endingFaults";
import { isActing } from "../../../mesh/faults/faultObjects";
import { isOwnRelease } from "../../../mesh/upgrade/helmHistory";
import { judgeIdentity, type Identity } from "../../../mesh/upgrade/immutableSettings";
import { isOtherCode } from "../dynamicCode";
import { clusterOf, nothingToDo, type GateActions, type GateInputs, type GateOutputs } from "./gateState";
import { judgeAll } from "./judgeRun";
import { memoryOf } from "./olderState";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

const failed = (reasons: readonly string[]) => ({ failures: reasons.map((reason) => ({ property: "", reason })) });
const say = (line: string) => {
  console.log(line);
};

const identityOf = ({ desired, actions }: Partial<GateInputs>): Partial<Identity> => ({
  ...desired,
  cluster: actions?.cluster,
});

async function presentFaults(
  cluster: Cluster,
  olds: Partial<GateInputs>,
  { desired }: GateInputs,
): Promise<SeenFaultObjects> {
  const expected = [...(olds.desired?.faults.objects ?? []), ...desired.faults.objects].length > 0;
  try {
    return await readFaultObjectsIfAny(cluster, desired.namespace, expected);
  } catch (error) {
    // Who may not see faults has injected none.
    if (isDenied(error) && !expected) return { found: [], unseen: [] };
    throw error;
  }
}

/** Kinds of objects that the last run left, that this one does not want, and that may not be listed: they stay. */
function staying({ desired: last }: Partial<GateInputs>, { desired }: GateInputs, unseen: readonly string[]) {
  const going = (last?.faults.objects ?? []).filter((key) => !desired.faults.objects.includes(key));
  return unseen.filter((kind) => going.some((key) => key.startsWith(`${kind}/`)));
}

/** Judges the run by what is in the cluster, and plans what it is to do. */
async function judged(olds: Partial<GateOutputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  const { desired, remembered } = news;
  const cluster = await connect(news.kubernetes);
  const { desired: last } = olds;
  const run = { ...desired, ...remembered, resumed: last !== undefined, asked: last?.releases };
  const [found, present, endedByHand] = await Promise.all([
    observe(cluster, run),
    presentFaults(cluster, olds, news),
    desired.faults.off ? optional(readEndedDrills(cluster, desired.namespace)) : [],
  ]);
  const here = found.cluster ?? olds.actions?.cluster;
  const { refusedRollout, ...verdict } = await bounded("the Kubernetes API", 60, judgeAll(cluster, found, run));
  const ending = faultsToEnd(present.found, desired.faults);
  const stays = staying(olds, news, present.unseen);
  // Whatever is wrong with the mesh: faults can be removed.
  const forgiven = verdict.refused.length > 0 && onlyEndsFaults(olds.desired, desired, ending);
  const fixed = judgeIdentity(identityOf(olds), { ...desired, cluster: here });
  const refused = [...fixed, ...(forgiven ? [] : verdict.refused), ...refusedRollout];
  const unseen = stays.length > 0 ? [`${unseenText(stays)}; it stays`] : [];
  const warnings = [...verdict.warnings, ...(forgiven ? verdict.refused : []), ...unseen].map(
    (text) => `warning: ${text}`,
  );
  for (const line of warnings) say(line);
  if (refused.length > 0) return failed(refused);
  const { repairs, adopt } = forgiven ? nothingToDo() : verdict;
  for (const line of [...verdict.notes, ...actionsText({ repairs, adopt }, ending)]) say(line);
  const actions: GateActions = {
    ...clusterOf(here),
    ...{ repairs, adopt },
    ending: ending.map(({ kind, name }) => ({ kind, name })),
    forget: (endedByHand ?? []).length > 0,
  };
  const now = new Date().toISOString();
  const repaired = { ...olds.repaired, ...Object.fromEntries(repairs.map(({ release }) => [release, now])) };
  return { inputs: { ...news, actions, repaired } };
}

/** What the run is going to do, a line each. */
function actionsText(
  { repairs, adopt }: Pick<GateActions, "repairs" | "adopt">,
  ending: readonly FoundFaultObject[],
): readonly string[] {
  return [
    ...repairs.map(({ release, why }) => `release ${release}: ${why}; up repairs it`),
    ...(adopt.length === 0 ? [] : [`${String(adopt.length)} CRDs get Helm's marks, so that they are upgraded`]),
    ...ending.filter(isActing).map(endingText),
  ];
}

async function check(state: Partial<GateOutputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  const olds = memoryOf(state);
  try {
    return await judged(olds, news);
  } catch (error) {
    unlessInternal(error);
    // Without a new version a stack goes on: its own provider says the same of a cluster that does not answer.
    const fixed = judgeIdentity(identityOf(olds), news.desired);
    if (fixed.length > 0) return failed(fixed);
    say(`warning: the cluster cannot be read (${reasonOf(error)}): nothing is judged, no fault is ended`);
    if (news.remembered.recorded === news.desired.version)
      return {
        inputs: {
          ...news,
          actions: nothingToDo(olds.actions?.cluster),
          repaired: olds.repaired ?? {},
        },
      };
    return failed([`the cluster cannot be read, so the change cannot be judged: ${reasonOf(error)}`]);
  }
}

async function carryOut({ kubernetes, desired, actions = nothingToDo() }: GateInputs): Promise<void> {
  const { repairs, adopt, ending, forget } = actions;
  const cluster = await connect(kubernetes);
  // First of all: nothing below goes well with a database cut off.
  // Of what is there now: a drill that was beginning when it was planned has more of it.
  const { found } = ending.length === 0 ? { found: [] } : await readFaultObjects(cluster, desired.namespace);
  const now = faultsToEnd(found, desired.faults);
  await deleteFaultObjects(cluster, desired.namespace, now);
  if (forget) await forgetEndedDrills(cluster, desired.namespace);
  for (const { kind, name } of now) say(`${kind} ${name}, part of a fault, was removed`);
  await adoptCrds(cluster, adopt);
  for (const { release, secrets, jobs = [], parts = [], why } of repairs) {
    await removeRecords(cluster, secrets);
    await removeJobs(cluster, jobs);
    for (const line of await removeHooks(cluster, release)) say(line);
    await resetParts(cluster, parts);
    say(`release ${release}: repaired (${why})`);
  }
}

const hasWork = ({ actions: { repairs, adopt, ending, forget } = nothingToDo() }: GateInputs) =>
  repairs.length + adopt.length + ending.length > 0 || forget;
/** The faults' objects that stay have to be in the state: the next run compares with them. */
const keptFaults = ({ desired }: Partial<GateInputs>) => JSON.stringify(desired?.faults.objects ?? []);

/** What the gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, olds: GateOutputs, news: GateInputs) => {
    const changes = hasWork(news) || keptFaults(olds) !== keptFaults(news) || isOtherCode(olds, news);
    return Promise.resolve({ changes, replaces: [] });
  },
  create: async (inputs: GateInputs) => {
    await carryOut(inputs);
    return { id: inputs.desired.stack, outs: { ...inputs, missing: [] } };
  },
  update: async (_id, _olds: GateOutputs, news: GateInputs) => {
    await carryOut(news);
    return { outs: { ...news, missing: [] } };
  },
  read: async (id, props: GateOutputs) => {
    const { kubernetes = {}, desired, remembered } = memoryOf(props);
    if (desired === undefined || remembered === undefined) return { id, props };
    // What is gone shows as a change of this resource; a release's own refresh does not look at its objects.
    const missing = await connect(kubernetes)
      .then((cluster) => observe(cluster, { ...desired, ...remembered }))
      .then(
        // Others' releases are not restored.
        (found) =>
          found.missing.flatMap(({ release, gone }) =>
            desired.releases.includes(release) && isOwnRelease(release, found.records, desired.stack) ? gone : [],
          ),
        (error: unknown) => {
          unlessInternal(error);
          say(`the cluster cannot be read: ${reasonOf(error)}`);
          return props.missing ?? [];
        },
      );
    for (const line of missing) say(`${line}; up repairs it`);
    return { id, props: { ...props, missing } };
  },
  // Faults that a run left which was broken off before their own gate had them in the state.
  delete: async (_id, props: GateOutputs) => {
    const { kubernetes = {}, desired } = memoryOf(props);
    if (desired === undefined || desired.faults.objects.length === 0) return;
    await endSettingsDrills(await connect(kubernetes), desired.namespace);
  },
};
