import type * as pulumi from "@pulumi/pulumi";
import { surveyNamespaces } from "../cluster/dataPlane";
import { reasonOf } from "../cluster/errors";
import { adoptDefinitions, removeJobs, removeRecords } from "../cluster/heal";
import { connect, type Cluster, type ClusterAddress } from "../cluster/kubernetes";
import { observe } from "../cluster/observe";
import { readMetrics } from "../cluster/preflight";
import { silentRepositories } from "../cluster/repositories";
import { judge, targetOf, type Found, type Heal, type Wanted } from "../mesh/gate";
import { judgeIdentity, type Identity } from "../mesh/identity";
import { planRollout } from "../mesh/rollout";
import { runningVersion } from "../mesh/planes";
import { planeOf } from "../mesh/revisions";
import { servedVersion } from "../mesh/serving";
import { stepsText } from "../mesh/steps";
import type { RolloutTask } from "./sidecarRolloutProvider";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the gate remembers in the stack's state. No secrets. */
export interface GateInputs extends Wanted {
  readonly kubernetes: ClusterAddress;
  readonly production: boolean;
  /** Where the charts of the releases come from. */
  readonly repositories: readonly string[];
  readonly rollout: RolloutTask;
  /** Filled by the check: what the run will heal. */
  readonly heal?: readonly Heal[];
  /** Filled by the check: custom resource definitions that the run marks as Helm's. */
  readonly adopt?: readonly string[];
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
  const [rollout, rejections] = await Promise.all([
    judgeRollout(cluster, found, inputs),
    changes ? judgeRejections(cluster, inputs) : [],
  ]);
  return {
    ...verdict,
    refused: [...verdict.refused, ...rejections, ...rollout.refused],
    notes: [...(changes ? [stepsText(running, inputs)] : []), ...rollout.notes],
  };
}

async function check(olds: Partial<GateInputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  const before: Partial<Identity> = olds;
  const asked = silentRepositories(news.repositories);
  const inputs: GateInputs = { ...news, resumed: olds.stack !== undefined };
  try {
    const found = await observe(news.kubernetes, inputs);
    const here = { ...inputs, cluster: found.cluster ?? olds.cluster };
    const verdict = await judgeAll(found, here);
    const refused = [...judgeIdentity(before, here), ...verdict.refused, ...(await asked)];
    if (refused.length > 0) {
      for (const line of verdict.warnings) say(`warning: ${line}`);
      return { failures: refused.map(failure) };
    }
    const { heal, adopt } = verdict;
    const marks =
      adopt.length === 0
        ? []
        : [`${String(adopt.length)} custom resource definitions get Helm's marks, so that they are upgraded`];
    const healing = heal.map(({ release, why }) => `release ${release}: ${why}; up heals it`);
    for (const line of [...verdict.warnings.map((text) => `warning: ${text}`), ...verdict.notes, ...healing, ...marks])
      say(line);
    return { inputs: { ...here, heal, adopt } };
  } catch (error) {
    // Without a new version a stack goes on: its own provider says the same of a cluster that does not answer.
    const fixed = judgeIdentity(before, news);
    if (fixed.length > 0) return { failures: fixed.map(failure) };
    if (news.recorded === news.version) return { inputs: { ...news, cluster: olds.cluster, heal: [], adopt: [] } };
    return { failures: [failure(`the cluster cannot be read, so the change cannot be judged: ${reasonOf(error)}`)] };
  }
}

async function heal({ kubernetes, heal: heals = [], adopt = [] }: GateInputs, before: Healed): Promise<Healed> {
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

const hasWork = ({ heal: heals = [], adopt = [] }: GateInputs) => heals.length > 0 || adopt.length > 0;

/** What the gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, _olds, news: GateInputs) => Promise.resolve({ changes: hasWork(news), replaces: [] }),
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
        say(`the cluster cannot be read: ${reasonOf(error)}`);
        return props.missing ?? [];
      },
    );
    for (const line of missing) say(`${line}; up restores it`);
    return { id, props: { ...props, missing } };
  },
};
