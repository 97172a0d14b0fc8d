import * as pulumi from "@pulumi/pulumi";
import type { KnownRelease } from "../mesh/gate";
import { ownerMark } from "../mesh/helmReleases";
import { releasePlans } from "../mesh/values";
import type { Settings } from "../settings";
import type { GateInputs, Healed } from "./upgradeGateProvider";

/**
 * The dynamic resource's code, as Pulumi's provider process loads it: from the project, where it runs. The SDK would
 * write the functions themselves, with all they use, into the state, at every run, which takes half a second.
 */
const providerCode =
  'exports.handler = () => { require("tsx/cjs"); ' +
  'return require(require("node:path").resolve("components/upgradeGateProvider.ts")).provider; };';

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
    .map(({ outputs }) => ({ name: outputs?.name ?? "", revision: outputs?.status?.revision }));
}

function gateInputs(settings: Settings): Omit<GateInputs, "known" | "resumed" | "cluster"> {
  const { kubernetes, stack, namespace, layout, istio } = settings;
  const plans = istio.controlPlane === "managed" ? releasePlans(settings) : [];
  return {
    kubernetes,
    stack,
    namespace,
    layout,
    version: istio.version,
    controlPlane: istio.controlPlane,
    releaseName: istio.releaseName,
    allow: istio.allow,
    releases: plans.map(({ name }) => name),
    repositories: [...new Set(plans.map(({ repository }) => repository))],
    timeoutSeconds: istio.timeoutSeconds,
  };
}

/**
 * The resource before all others. Its check runs in the preview: it reads the cluster, refuses what cannot work, and
 * names the Helm releases that an interrupted run left stuck; `up` heals them.
 */
export class UpgradeGate extends pulumi.CustomResource {
  /** When each release was last healed, by its name. */
  declare public readonly healed: pulumi.Output<Healed>;

  constructor(name: string, settings: Settings, opts: pulumi.CustomResourceOptions) {
    const inputs = { ...gateInputs(settings), known: knownReleases(), heal: undefined, healed: undefined };
    super("pulumi-nodejs:dynamic/jam-istio:UpgradeGate", name, { __provider: providerCode, ...inputs }, opts);
  }

  /** Description of a release: names its owner, and changes when it was healed, so that Helm applies it once more. */
  public descriptionOf(release: string, stack: string): pulumi.Output<string> {
    return this.healed.apply((healed) => {
      const when = (healed as Healed | undefined)?.[release];
      return when === undefined ? ownerMark(stack) : `${ownerMark(stack)} healed ${when}`;
    });
  }
}
