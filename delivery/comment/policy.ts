import { policies } from "../../policy/pack";
import type { PolicyResource } from "../../policy/rules";
import { record } from "../../render/record";
import type { Settings } from "../../settings/types";
import type { StackDiff } from "../stackDiff";

/** What one rule of the policy pack says of a stack. */
export interface PolicyResult {
  readonly name: string;
  /** What violates it; empty: it holds. */
  readonly violations: readonly string[];
}

/** The gate is told the version that the stack had before the change; what the state remembers is not known here. */
function withVersion(resource: PolicyResource, version: StackDiff["version"]): PolicyResource {
  if (version === undefined || !resource.type.endsWith(":UpgradeGate")) return resource;
  return { ...resource, props: { ...resource.props, remembered: { recorded: version.before } } };
}

/** Asks the rules of the policy pack about what a stack registers, without an engine. */
export async function policyResults(
  settings: Settings,
  version: StackDiff["version"],
): Promise<readonly PolicyResult[]> {
  const { registrations } = await record(settings);
  const resources = registrations.map(({ type, name, inputs }) => withVersion({ type, name, props: inputs }, version));
  return policies.map((policy) => ({
    name: policy.name,
    violations: "ofStack" in policy ? policy.ofStack(resources) : resources.flatMap(policy.ofResource),
  }));
}

/** The results as lines of the comment. */
export function policyLines(results: readonly PolicyResult[]): readonly string[] {
  const violated = results.flatMap(({ name, violations }) => violations.map((text) => `❌ policy ${name}: ${text}`));
  const held = results.filter(({ violations }) => violations.length === 0).map(({ name }) => name);
  return [...violated, ...(held.length === 0 ? [] : [`✅ policy: ${held.join(", ")}`])];
}
