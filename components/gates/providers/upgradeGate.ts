import type * as pulumi from "@pulumi/pulumi";
import { isDenied, optional, reasonOf, unlessInternal } from "../../../cluster/client/errors";
import { connect, type Cluster, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { forgetEndedDrills, readEndedDrills } from "../../../cluster/faults/endedByHand";
import { deleteFaultObjects, readFaultObjectsIfAny } from "../../../cluster/faults/faultObjects";
import { observe } from "../../../cluster/upgrade/observe";
import { adoptCrds, removeJobs, removeRecords } from "../../../cluster/upgrade/repairHelm";
import {
  endingText,
  faultsToEnd,
  onlyEndsFaults,
  type DesiredFaults,
  type FoundFaultObject,
  type RunAim,
} from "../../../mesh/faults/endingFaults";
import { isActing } from "../../../mesh/faults/faultObjects";
import type { DesiredMesh, RememberedMesh, Repair } from "../../../mesh/upgrade/gateTypes";
import { judgeIdentity, type Identity } from "../../../mesh/upgrade/immutableSettings";
import { judgeAll, type JudgedRun } from "./judgeRun";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the settings ask for. No secrets. */
export interface GateDesired extends DesiredMesh, RunAim, Pick<JudgedRun, "production" | "hub" | "rollout"> {}

/** What the stack's state knows of earlier runs. */
export interface GateRemembered extends Omit<RememberedMesh, "resumed"> {
  /** Keys of the faults' objects in the state. */
  readonly faultObjects: readonly string[];
}

/** What the check found that the run is to do. */
export interface GatePlan {
  /** Identity of the cluster that was judged. */
  readonly cluster?: string | undefined;
  readonly repairs: readonly Repair[];
  /** CRDs that get Helm's marks. */
  readonly adopt: readonly string[];
  /** Objects of faults that are removed. */
  readonly ending: readonly Pick<FoundFaultObject, "kind" | "name">[];
  /** Whether it is forgotten that faults were ended by hand. */
  readonly forget: boolean;
}

/** What the gate is asked, with what its check found. */
export interface GateInputs {
  readonly kubernetes: ClusterAddress;
  readonly desired: GateDesired;
  readonly remembered: GateRemembered;
  /** Filled by the check. */
  readonly plan?: GatePlan;
}

/** When each release was last repaired, by its name. */
export type Repaired = Readonly<Record<string, string>>;

/** What the gate leaves in the state; the inputs stay with it: a refresh is handed that alone. */
interface GateOutputs extends GateInputs {
  readonly repaired?: Repaired;
  /** What a refresh found missing. */
  readonly missing?: readonly string[];
}

const nothingToDo: GatePlan = { repairs: [], adopt: [], ending: [], forget: false };
const failed = (reasons: readonly string[]) => ({ failures: reasons.map((reason) => ({ property: "", reason })) });
const say = (line: string) => {
  console.log(line);
};

const identityOf = ({ desired, plan }: Partial<GateInputs>): Partial<Identity> => ({
  ...desired,
  cluster: plan?.cluster,
});

async function presentFaults(cluster: Cluster, olds: Partial<GateInputs>, { desired }: GateInputs) {
  const expected = [...(olds.desired?.faults.objects ?? []), ...desired.faults.objects].length > 0;
  try {
    return await readFaultObjectsIfAny(cluster, desired.namespace, expected);
  } catch (error) {
    // Who may not see faults has injected none.
    if (isDenied(error) && !expected) return [];
    throw error;
  }
}

/** Judges the run by what is in the cluster, and plans what it is to do. */
async function judged(olds: Partial<GateInputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  const { desired, remembered } = news;
  const cluster = await connect(news.kubernetes);
  const run = { ...desired, ...remembered, resumed: olds.desired !== undefined };
  const [found, present, endedByHand] = await Promise.all([
    observe(cluster, run),
    presentFaults(cluster, olds, news),
    desired.faults.off ? optional(readEndedDrills(cluster, desired.namespace)) : [],
  ]);
  const here = found.cluster ?? olds.plan?.cluster;
  const { refusedRollout, ...verdict } = await judgeAll(cluster, found, run);
  const ending = faultsToEnd(present, desired.faults, remembered.faultObjects);
  // Whatever is wrong with the mesh: faults can be removed.
  const forgiven = verdict.refused.length > 0 && onlyEndsFaults(olds.desired, desired, ending);
  const fixed = judgeIdentity(identityOf(olds), { ...desired, cluster: here });
  const refused = [...fixed, ...(forgiven ? [] : verdict.refused), ...refusedRollout];
  const warnings = [...verdict.warnings, ...(forgiven ? verdict.refused : [])].map((text) => `warning: ${text}`);
  for (const line of warnings) say(line);
  if (refused.length > 0) return failed(refused);
  const { repairs, adopt } = forgiven ? nothingToDo : verdict;
  for (const line of [...verdict.notes, ...planText({ repairs, adopt }, ending, desired.faults)]) say(line);
  const plan: GatePlan = {
    ...{ cluster: here, repairs, adopt },
    ending: ending.map(({ kind, name }) => ({ kind, name })),
    forget: (endedByHand ?? []).length > 0,
  };
  return { inputs: { ...news, plan } };
}

/** What the run is going to do, a line each. */
function planText(
  { repairs, adopt }: Pick<GatePlan, "repairs" | "adopt">,
  ending: readonly FoundFaultObject[],
  faults: DesiredFaults,
): readonly string[] {
  return [
    ...repairs.map(({ release, why }) => `release ${release}: ${why}; up repairs it`),
    ...(adopt.length === 0 ? [] : [`${String(adopt.length)} CRDs get Helm's marks, so that they are upgraded`]),
    ...ending.filter(isActing).map((one) => endingText(one, faults)),
  ];
}

async function check(olds: Partial<GateInputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  try {
    return await judged(olds, news);
  } catch (error) {
    unlessInternal(error);
    // Without a new version a stack goes on: its own provider says the same of a cluster that does not answer.
    const fixed = judgeIdentity(identityOf(olds), news.desired);
    if (fixed.length > 0) return failed(fixed);
    say(`warning: the cluster cannot be read (${reasonOf(error)}): nothing is judged, no fault is ended`);
    if (news.remembered.recorded === news.desired.version)
      return { inputs: { ...news, plan: { ...nothingToDo, cluster: olds.plan?.cluster } } };
    return failed([`the cluster cannot be read, so the change cannot be judged: ${reasonOf(error)}`]);
  }
}

async function carryOut({ kubernetes, desired, plan = nothingToDo }: GateInputs, before: Repaired): Promise<Repaired> {
  const { repairs, adopt, ending, forget } = plan;
  const cluster = await connect(kubernetes);
  // First of all: nothing below goes well with a database cut off.
  await deleteFaultObjects(cluster, desired.namespace, ending);
  if (forget) await forgetEndedDrills(cluster, desired.namespace);
  for (const { kind, name } of ending) say(`${kind} ${name}, part of a fault, was removed`);
  const repaired: Record<string, string> = { ...before };
  await adoptCrds(cluster, adopt);
  for (const { release, secrets, jobs = [], why } of repairs) {
    await removeRecords(cluster, secrets);
    await removeJobs(cluster, jobs);
    repaired[release] = new Date().toISOString();
    say(`release ${release}: repaired (${why})`);
  }
  return repaired;
}

const hasWork = ({ plan: { repairs, adopt, ending, forget } = nothingToDo }: GateInputs) =>
  repairs.length + adopt.length + ending.length > 0 || forget;
/** The faults' objects that stay have to be in the state: the next run compares with them. */
const keptFaults = ({ desired }: Partial<GateInputs>) => JSON.stringify(desired?.faults.objects ?? []);

/** What the gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, olds: GateOutputs, news: GateInputs) =>
    Promise.resolve({ changes: hasWork(news) || keptFaults(olds) !== keptFaults(news), replaces: [] }),
  create: async (inputs: GateInputs) => ({
    id: inputs.desired.stack,
    outs: { ...inputs, repaired: await carryOut(inputs, {}), missing: [] },
  }),
  update: async (_id, olds: GateOutputs, news: GateInputs) => ({
    outs: { ...news, repaired: await carryOut(news, olds.repaired ?? {}), missing: [] },
  }),
  read: async (id, props: GateOutputs) => {
    // What is gone shows as a change of this resource; a release's own refresh does not look at its objects.
    const missing = await connect(props.kubernetes)
      .then((cluster) => observe(cluster, { ...props.desired, ...props.remembered }))
      .then(
        (found) => found.missing.flatMap(({ gone }) => gone),
        (error: unknown) => {
          unlessInternal(error);
          say(`the cluster cannot be read: ${reasonOf(error)}`);
          return props.missing ?? [];
        },
      );
    for (const line of missing) say(`${line}; up repairs it`);
    return { id, props: { ...props, missing } };
  },
};
