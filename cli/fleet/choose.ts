import picomatch from "picomatch";
import type { PlacedStack } from "../../delivery/clusters";
import type { FleetReport } from "../../delivery/fleet/report";
import { changedStacks } from "../delivery/stacksCommand";
import { projectFolder, readLocation, readStack, stackNames } from "../stack/stackFile";
import { UserError } from "../terminal/userError";

/** How stacks are chosen. */
export interface Choice {
  readonly stacks: readonly string[];
  readonly changed?: string;
}

/** Whether a stack is one of those that patterns name. @throws UserError where they name none of the stacks that there are */
export function matcher(option: string, globs: readonly string[], all: readonly string[]): (stack: string) => boolean {
  for (const glob of globs)
    if (!all.some((stack) => picomatch.isMatch(stack, glob)))
      throw new UserError(`${option}: no stack is called "${glob}". There are: ${all.join(", ") || "none"}`);
  return (stack) => globs.length > 0 && picomatch.isMatch(stack, [...globs]);
}

/** The chosen stacks; of a run that is gone on with, its own. @throws UserError where one of them has no file */
export async function chooseStacks(
  { stacks: globs, changed }: Choice,
  earlier: FleetReport | undefined,
): Promise<readonly string[]> {
  const all = stackNames(projectFolder);
  if (earlier !== undefined) {
    const names = earlier.stacks.map(({ stack }) => stack);
    const gone = names.filter((stack) => !all.includes(stack));
    if (gone.length > 0)
      throw new UserError(`--resume: that run had stacks that have no file any more: ${gone.join(", ")}`);
    return names;
  }
  const isNamed = matcher("--stacks", globs, all);
  const touched = await changedStacks(changed);
  return touched.filter((stack) => globs.length === 0 || isNamed(stack));
}

/** Where a stack is; of a file that does not say it, nothing is known: its own command says what is wrong. */
function whereabouts(stack: string): PlacedStack {
  const unknown = { context: "unknown", kubeconfig: undefined };
  try {
    const { place, settings } = readLocation(stack);
    return settings ?? { stack, kubernetes: place.kubernetes, istio: { controlPlane: "managed" } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { stack, kubernetes: unknown, istio: { controlPlane: "managed" } };
  }
}

/**
 * Where the stacks are.
 * @param changes whether clusters are changed: then every file has to be right before any is
 * @throws UserError with everything that is wrong in them
 */
export function placeStacks(names: readonly string[], changes: boolean): readonly PlacedStack[] {
  if (!changes) return names.map(whereabouts);
  const problems: string[] = [];
  const placed = names.flatMap((name): readonly PlacedStack[] => {
    try {
      return [readStack(name)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return placed;
}
