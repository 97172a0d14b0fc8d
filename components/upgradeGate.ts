import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/kubernetes";
import { observe, reasonOf, removeRecords } from "../cluster/observe";
import { judge, judgeIdentity, type Heal, type Identity, type KnownRelease, type Wanted } from "../mesh/gate";

/** What the gate remembers in the stack's state. No secrets. */
interface GateInputs extends Wanted {
  readonly kubernetes: ClusterAddress;
  /** Filled by the check: what the run will heal. */
  readonly heal?: readonly Heal[];
}

type Healed = Readonly<Record<string, string>>;

const failure = (reason: string) => ({ property: "", reason });

async function check(olds: Partial<GateInputs>, news: GateInputs): Promise<pulumi.dynamic.CheckResult> {
  const before: Partial<Identity> = olds;
  let found;
  try {
    found = await observe(news.kubernetes, news.namespace);
  } catch (error) {
    // An unchanged stack may be previewed without its cluster; anything else must be judged from what runs.
    if (olds.version === news.version) return { inputs: { ...news, cluster: olds.cluster, heal: [] } };
    return { failures: [failure(`the cluster cannot be reached, so the change cannot be judged: ${reasonOf(error)}`)] };
  }
  const inputs: GateInputs = { ...news, cluster: found.cluster ?? olds.cluster };
  const verdict = judge(found, inputs, Math.floor(Date.now() / 1000));
  const refused = [...judgeIdentity(before, inputs), ...verdict.refused];
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

const provider: pulumi.dynamic.ResourceProvider = {
  check,
  diff: (_id, _olds, news: GateInputs) => Promise.resolve({ changes: (news.heal ?? []).length > 0, replaces: [] }),
  create: async (inputs: GateInputs) => ({ id: inputs.stack, outs: await heal(inputs, {}) }),
  update: async (_id, olds: { healed?: Healed }, news: GateInputs) => ({ outs: await heal(news, olds.healed ?? {}) }),
};

/** Inputs of the gate, as the program knows them. */
export type UpgradeGateArgs = Omit<Wanted, "known" | "cluster"> & { readonly kubernetes: ClusterAddress };

/** The Helm releases in the stack's state as it was before this run. */
async function knownReleases(): Promise<readonly KnownRelease[]> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const result = (await pulumi.runtime.invoke(
    "pulumi:pulumi:readStackResourceOutputs",
    { stackName },
    { async: true },
  )) as {
    outputs?: Record<string, { type: string; outputs?: { name?: string; status?: { revision?: number } } }>;
  };
  return Object.values(result.outputs ?? {})
    .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
    .map(({ outputs }) => ({ name: outputs?.name ?? "", revision: outputs?.status?.revision ?? 0 }));
}

/**
 * The resource before all others. Its check runs in the preview: it reads the cluster, refuses what cannot work, and
 * names the Helm releases that an interrupted run left stuck; `up` heals them.
 */
export class UpgradeGate extends pulumi.dynamic.Resource {
  /** When each release was last healed, by its name. */
  declare public readonly healed: pulumi.Output<Healed>;

  constructor(name: string, args: UpgradeGateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { ...args, known: knownReleases(), heal: undefined, healed: undefined },
      opts,
      "jam-istio",
      "UpgradeGate",
    );
  }

  /** Description of a release: names its owner, and changes when it was healed, so that Helm applies it once more. */
  public descriptionOf(release: string, stack: string): pulumi.Output<string> {
    return this.healed.apply((healed) => {
      const when = (healed as Healed | undefined)?.[release];
      return when === undefined ? `jam-istio/${stack}` : `jam-istio/${stack} healed ${when}`;
    });
  }
}
