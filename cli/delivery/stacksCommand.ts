import { byCluster, sharedNames, type PlacedStack } from "../../delivery/clusters";
import { touchedStacks } from "../../delivery/comment/inputs";
import { findBase, touchedSince } from "../../delivery/sides/git";
import { projectFolder, readLocation, readStack, stackNames } from "../stack/stackFile";
import { asUserError, UserError } from "../terminal/userError";

interface Options {
  readonly changed?: string;
  readonly json?: boolean;
}

/** The stacks that have a file; of these, those that a change may do something to. @throws UserError where there is no such commit */
export async function changedStacks(changed: string | undefined): Promise<readonly string[]> {
  const all = stackNames(projectFolder);
  if (changed === undefined) return all;
  try {
    return touchedStacks(await touchedSince(projectFolder, await findBase(projectFolder, changed)), all);
  } catch (error) {
    throw asUserError(error);
  }
}

/** Where a stack is; `undefined` where its file does not say it. */
function placeOf(stack: string): Pick<PlacedStack, "stack" | "kubernetes"> | undefined {
  try {
    return { stack, kubernetes: readLocation(stack).place.kubernetes };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** @throws UserError where two places of the project would have one name, whichever of their stacks is asked about */
export function checkNames(): void {
  const problems = sharedNames(stackNames(projectFolder).flatMap((stack) => placeOf(stack) ?? []));
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

/** Prints the stacks by their cluster, for whoever deploys them one after another. */
export async function stacks({ changed, json = false }: Options): Promise<void> {
  const found = byCluster((await changedStacks(changed)).map((name) => readStack(name)));
  checkNames();
  const lines = found.map((one) => `${one.cluster}: ${one.stacks.join(" ")}\n`);
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : lines.join(""));
}
