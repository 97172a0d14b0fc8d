import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withEnvironment } from "../../config/chartCredentials";
import { parseSettings } from "../../config/parse";
import { problemText } from "../../config/problemText";
import { readStackFile, type RawConfig } from "../../config/raw";
import type { Settings } from "../../settings/types";
import { UserError } from "../terminal/userError";
import { messageOf } from "../../tools/errors";
import { projectRoot } from "../../tools/projectRoot";

/** Folder of the project, where Pulumi.yaml and the stack files are: the current one, else this program's own. */
export const projectFolder = existsSync("Pulumi.yaml") ? process.cwd() : projectRoot;

/** Names of the stacks that have a file, sorted. */
export function stackNames(folder = projectFolder): readonly string[] {
  return readdirSync(folder)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

function readRaw(stack: string, folder: string): RawConfig {
  const file = `Pulumi.${stack}.yaml`;
  if (!stackNames(folder).includes(stack)) {
    throw new UserError(`there is no ${file}. Stacks with a file: ${stackNames(folder).join(", ") || "none"}`);
  }
  try {
    return readStackFile(readFileSync(join(folder, file), "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`);
  }
}

/**
 * Reads the settings of a stack from its file, without Pulumi.
 * @throws UserError when there is no such file, or naming everything that is wrong in it
 */
export function readStack(stack: string, folder = projectFolder): Settings {
  const parsed = parseSettings(withEnvironment(readRaw(stack, folder)), stack);
  if ("problems" in parsed) throw new UserError(problemText(stack, parsed.problems));
  return parsed.settings;
}

/** Where an instance is. */
export type InstanceLocation = Pick<Settings, "kubernetes" | "namespace">;

/** Whether what stands beside `config` may hold the place: another `config`, or one of its keys. */
const hidesPlace = (line: string) =>
  line.includes('is "config"') || /^"(jam-istio:)?(kubernetes|namespace|context|kubeconfig)"/.test(line);

/**
 * Reads where an instance is from its stack file, whatever else is wrong in it.
 * @returns the settings where nothing is wrong, else what is
 * @throws UserError when there is no such file, or its place is wrong
 */
export function readLocation(
  stack: string,
  folder = projectFolder,
): { readonly place: InstanceLocation; readonly settings?: Settings; readonly problems?: string } {
  const raw = readRaw(stack, folder);
  const parsed = parseSettings(raw, stack);
  if ("settings" in parsed) return { place: parsed.settings, settings: parsed.settings };
  // Also where one of its keys has a mistake in the prefix, or stands one level too high: the place is not known then.
  const ofPlace = (key: string) => /:(kubernetes|namespace|context|kubeconfig)$/.test(key);
  const kept = Object.entries(raw.values).filter(([key]) => ofPlace(key));
  // The one key without a default; the place does not depend on it.
  const values = { ...Object.fromEntries(kept), "jam-istio:istio": '{"version":"1.30.3"}' };
  const [twice, stray] = [raw.twice?.filter(ofPlace) ?? [], raw.stray?.filter(hidesPlace) ?? []];
  const alone = parseSettings({ ...raw, values, twice, stray }, stack);
  if ("problems" in alone) throw new UserError(problemText(stack, alone.problems));
  return { place: alone.settings, problems: problemText(stack, parsed.problems) };
}
