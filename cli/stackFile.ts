import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { problemText, type Settings } from "../settings";
import { parseSettings } from "../settings/parse";
import { readStackFile } from "../settings/raw";
import { UserError } from "./userError";

/** Folder of the project, where Pulumi.yaml and the stack files are: the current one, else this program's own. */
export const projectFolder = existsSync("Pulumi.yaml") ? process.cwd() : join(__dirname, "..");

/** Names of the stacks that have a file, sorted. */
export function stackNames(folder = projectFolder): readonly string[] {
  return readdirSync(folder)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/**
 * Reads the settings of a stack from its file, without Pulumi.
 * @throws UserError when there is no such file, or naming everything that is wrong in it
 */
export function readStack(stack: string, folder = projectFolder): Settings {
  const file = `Pulumi.${stack}.yaml`;
  if (!stackNames(folder).includes(stack)) {
    throw new UserError(`there is no ${file}. Stacks with a file: ${stackNames(folder).join(", ") || "none"}`);
  }
  let raw;
  try {
    raw = readStackFile(readFileSync(join(folder, file), "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = parseSettings(raw, stack);
  if ("problems" in parsed) throw new UserError(problemText(stack, parsed.problems));
  return parsed.settings;
}
