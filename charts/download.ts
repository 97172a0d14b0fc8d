import { load } from "js-yaml";
import { writeFile } from "node:fs/promises";
import * as semver from "semver";
import { withoutCredentials } from "../mesh/credentials";
import { lackingText, type ChartName } from "../mesh/install/chartSources";
import { isBug, messageOf } from "../tools/errors";
import { fetchUrl } from "../tools/fetch";
import { authorization, deniedText, type Credential } from "./credentials";
import { chartSeconds, type WhyNot } from "./whyNot";

/** A chart in a repository's index, as far as it is read. */
interface Entry {
  readonly version?: unknown;
  readonly urls?: readonly unknown[];
}

/** An answer that is none of a chart repository, or none at all. */
class Refused extends Error {
  constructor(
    text: string,
    public readonly found: WhyNot["found"] = "unread",
  ) {
    super(text);
  }
}

/** Asks for a file of a repository; its credentials go to its own scheme, host and port alone, also where it redirects. */
async function get(url: URL, repository: string, credential: Credential): Promise<Buffer> {
  const own = url.origin === new URL(repository).origin;
  const signal = AbortSignal.timeout(chartSeconds * 1000);
  const headers: Record<string, string> = own ? { authorization: authorization(credential) } : {};
  try {
    const response = await fetchUrl(url.href, { signal, headers });
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    await response.body?.cancel();
    const reason = `HTTP ${String(response.status)}`;
    throw new Refused(
      `cannot be reached: ${reason}${deniedText(reason, repository, credential)}`,
      response.status === 404 ? "absent" : "unread",
    );
  } catch (error) {
    if (error instanceof Refused) throw error;
    if (signal.aborted) throw new Refused(`cannot be reached: no answer within ${String(chartSeconds)} s`);
    // What went wrong on the network is the cause of a TypeError that says nothing.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (isBug(cause)) throw cause;
    throw new Refused(`cannot be reached: ${messageOf(cause)}`);
  }
}

/** The entries of a chart in an index. */
function entriesOf(index: Buffer, { chart }: ChartName): readonly Entry[] {
  let content: unknown;
  try {
    content = load(index.toString("utf8"));
  } catch {
    content = undefined;
  }
  const { entries } = (content ?? {}) as { readonly entries?: Readonly<Record<string, readonly Entry[]>> };
  if (entries === undefined) throw new Refused("sent no index of charts: is it the repository's own URL?");
  return entries[chart] ?? [];
}

const versionOf = ({ version }: Entry) => (typeof version === "string" ? (semver.valid(version) ?? "") : "");

/**
 * Fetches a chart from an http(s) repository that wants credentials. Helm knows no bearer token, and would hand a password on
 * where the same host redirects to another port or from https to http.
 * @returns `undefined` when it is in the file, else why it is not
 */
export async function download(
  name: ChartName,
  repository: string,
  credential: Credential,
  file: string,
): Promise<WhyNot | undefined> {
  const base = `${repository.replace(/\/+$/, "")}/`;
  try {
    const entries = entriesOf(await get(new URL("index.yaml", base), repository, credential), name);
    const [place] = entries.find((entry) => versionOf(entry) === name.version)?.urls ?? [];
    if (typeof place !== "string" || !URL.canParse(place, base))
      return { found: "lacks", text: lackingText(name, entries.map(versionOf)) };
    await writeFile(file, await get(new URL(place, base), repository, credential));
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { found: error.found, text: withoutCredentials(error.message) };
  }
}
