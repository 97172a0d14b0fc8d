import { groups, type Group, type ObjectChange } from "../compare/changes";
import type { StackDiff } from "../stackDiff";

/** The groups that have objects, in their order. */
export function grouped({
  objects,
}: StackDiff): readonly { readonly group: Group; readonly objects: readonly ObjectChange[] }[] {
  return groups
    .map((group) => ({ group, objects: objects.filter((one) => one.group === group) }))
    .filter((one) => one.objects.length > 0);
}

const counted = (count: number, one: string, many = `${one}s`) => `${String(count)} ${count === 1 ? one : many}`;

/** What a diff comes to, in a sentence. */
export function totalText({ objects, equal, noisy, hidden }: StackDiff): string {
  const kinds = (["added", "removed", "changed", "renamed"] as const).flatMap((kind) => {
    const count = objects.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [`${String(count)} ${kind}`];
  });
  const head = kinds.length === 0 ? "no object differs" : `${counted(objects.length, "object")}: ${kinds.join(", ")}`;
  const noise =
    hidden === 0
      ? ""
      : `; ${counted(hidden, "change")} hidden as noise` +
        (noisy === 0 ? "" : `, nothing else differs in ${counted(noisy, "object")}`);
  return `${head}; ${String(equal)} equal${noise}`;
}

/** What a diff is of: stack, base, and the step of Istio's version where there is one. */
export function titleText({ stack, base, version }: StackDiff): string {
  const step = version === undefined ? "" : `: Istio ${version.before} → ${version.after}`;
  return `stack ${stack} against ${base}${step}`;
}

/** What else happens than the objects say. */
export function consequences({ version }: StackDiff): readonly string[] {
  if (version === undefined) return [];
  return ["the version changes: the rollout also restarts the workloads whose sidecar is of the old one"];
}
