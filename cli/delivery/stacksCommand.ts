import { byCluster } from "../../delivery/clusters";
import { touchedStacks } from "../../delivery/comment/inputs";
import { findBase, touchedSince } from "../../delivery/sides/git";
import { projectFolder, readStack, stackNames } from "../stack/stackFile";
import { asUserError } from "../terminal/userError";

interface Options {
  readonly changed?: string;
  readonly json?: boolean;
}

async function chosen(changed: string | undefined): Promise<readonly string[]> {
  const all = stackNames(projectFolder);
  if (changed === undefined) return all;
  try {
    return touchedStacks(await touchedSince(projectFolder, await findBase(projectFolder, changed)), all);
  } catch (error) {
    throw asUserError(error);
  }
}

/** Prints the stacks by their cluster, for whoever deploys them one after another. */
export async function stacks({ changed, json = false }: Options): Promise<void> {
  const found = byCluster((await chosen(changed)).map((name) => readStack(name)));
  const lines = found.map((one) => `${one.cluster}: ${one.stacks.join(" ")}\n`);
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : lines.join(""));
}
