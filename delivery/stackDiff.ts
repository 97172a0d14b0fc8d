import { compareObjects } from "./compare/compare";
import type { Comparison } from "./compare/changes";
import type { Base } from "./sides/git";
import type { BothSides } from "./sides/bothSides";

/** What a change does to a stack. */
export interface StackDiff extends Comparison {
  readonly stack: string;
  /** What it is compared with: `main (1a2b3c4)`, or the cluster. */
  readonly base: string;
  /** Versions of Istio's charts, where they differ. */
  readonly version?: { readonly before: string; readonly after: string };
  /** What is to be known before the objects are read. */
  readonly notes: readonly string[];
  /** Warnings that are new on the side after. */
  readonly warnings: readonly string[];
  /** Whether the objects of all charts are there on both sides. */
  readonly complete: boolean;
}

export const baseText = ({ ref, commit }: Base) => `${ref} (${commit.slice(0, 7)})`;

/** Version of the chart that is the control plane: `istiod`, in the classic layout `istio`. */
function versionOf(objects: BothSides["before"]["objects"]): string | undefined {
  const specs = objects
    .filter(({ kind }) => kind === "Release")
    .map((object) => (object as { readonly spec?: { readonly chart?: string; readonly version?: string } }).spec);
  return specs.find((spec) => spec?.chart === "istiod" || spec?.chart === "istio")?.version;
}

/** Compares both sides of a stack. */
export function stackDiff(
  stack: string,
  base: string,
  { before, after }: BothSides,
  { noise, notes }: { readonly noise: readonly string[]; readonly notes: readonly string[] },
): StackDiff {
  const [old, now] = [versionOf(before.objects), versionOf(after.objects)];
  const missing = [...new Set([...before.missing, ...after.missing])];
  return {
    stack,
    base,
    ...(old === undefined || now === undefined || old === now ? {} : { version: { before: old, after: now } }),
    notes: [...missing.map((line) => `INCOMPLETE: ${line}`), ...notes],
    warnings: after.warnings.filter((line) => !before.warnings.includes(line)),
    complete: missing.length === 0,
    ...compareObjects(before.objects, after.objects, noise),
  };
}
