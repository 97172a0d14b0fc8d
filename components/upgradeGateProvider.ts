import type * as pulumi from "@pulumi/pulumi";
import { observe, reasonOf, removeRecords } from "../cluster/observe";
import type { ClusterAddress } from "../cluster/kubernetes";
import { silentRepositories } from "../cluster/repositories";
import { judge, type Heal, type Wanted } from "../mesh/gate";
import { judgeIdentity, type Identity } from "../mesh/identity";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What the gate remembers in the stack's state. No secrets. */
export interface GateInputs extends Wanted {
  readonly kubernetes: ClusterAddress;
  /** Where the charts of the releases come from. */
  readonly repositories: readonly string[];
  /** Filled by the check: what the run will heal. */
  readonly heal?: readonly Heal[];
}

/** When each release was last healed, by its name. */
export type Healed = Readonly<Record<string, string>>;

const failure = (reason: string) => ({ property: "", reason });

async function check(olds: Partial<GateInputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  const before: Partial<Identity> = olds;
  const asked = silentRepositories(news.repositories);
  let found;
  try {
    found = await observe(news.kubernetes, news.namespace, news.controlPlane === "managed");
  } catch (error) {
    // Without a new version a stack goes on: its own provider says the same of a cluster that does not answer.
    const fixed = judgeIdentity(before, news);
    if (fixed.length > 0) return { failures: fixed.map(failure) };
    if (olds.version === news.version) return { inputs: { ...news, cluster: olds.cluster, heal: [] } };
    return { failures: [failure(`the cluster cannot be read, so the change cannot be judged: ${reasonOf(error)}`)] };
  }
  const inputs: GateInputs = { ...news, cluster: found.cluster ?? olds.cluster, resumed: olds.stack !== undefined };
  const verdict = judge(found, inputs, Math.floor(Date.now() / 1000));
  const refused = [...judgeIdentity(before, inputs), ...verdict.refused, ...(await asked)];
  for (const line of verdict.warnings) console.log(`warning: ${line}`);
  for (const { release, why } of verdict.heal) console.log(`release ${release}: ${why}; up heals it`);
  return refused.length > 0 ? { failures: refused.map(failure) } : { inputs: { ...inputs, heal: verdict.heal } };
}

async function heal(inputs: GateInputs, before: Healed): Promise<{ readonly healed: Healed }> {
  const healed: Record<string, string> = { ...before };
  for (const { release, secrets, why } of inputs.heal ?? []) {
    await removeRecords(inputs.kubernetes, secrets);
    healed[release] = new Date().toISOString();
    console.log(`release ${release}: healed (${why})`);
  }
  return { healed };
}

/** What the gate does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, _olds, news: GateInputs) => Promise.resolve({ changes: (news.heal ?? []).length > 0, replaces: [] }),
  create: async (inputs: GateInputs) => ({ id: inputs.stack, outs: await heal(inputs, {}) }),
  update: async (_id, olds: { healed?: Healed }, news: GateInputs) => ({ outs: await heal(news, olds.healed ?? {}) }),
};
