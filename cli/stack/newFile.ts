import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "../terminal/userError";

// What Pulumi keeps in a stack file beside the settings: without it what it encrypted cannot be read any more.
const secrets = /^\s*(secretsprovider|encryptedkey|encryptionsalt|secure):/m;

/** All that keeps a stack file from being written, as an error for a person. */
export const nothingWritten = (problems: readonly string[]) =>
  new UserError(["nothing was written:", ...problems.map((line) => `  - ${line}`)].join("\n"));

/**
 * Whether a stack file can be written.
 * @throws UserError where one is there and may not be replaced
 */
export function checkPlace(path: string, { force = false }: { readonly force?: boolean }): void {
  if (!existsSync(path)) return;
  const file = basename(path);
  if (!force) throw new UserError(`${file} is there already; nothing was written. --force replaces it`);
  if (secrets.test(readFileSync(path, "utf8")))
    throw new UserError(
      `${file} holds what Pulumi encrypted, or how, which --force would lose; nothing was written. Move it away first`,
    );
}
