import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { withoutCredentials } from "../mesh/credentials";
import {
  answerOf,
  archiveName,
  helmChart,
  lackingText,
  nearRanges,
  type ChartName,
} from "../mesh/install/chartSources";
import { mustRun } from "../tools/run";
import { messageOf } from "../tools/errors";
import { credentialFor, deniedText, loggedIn, type Credential } from "./credentials";
import { download } from "./download";
import { chartSeconds, type WhyNot } from "./whyNot";

/** Whether a repository is a place on the network; else it is a directory. */
export const isRemote = (repository: string) => /^(https?|oci):\/\//i.test(repository);

/** Whether Helm does not know who signed a server's certificate. */
const isUnknownAuthority = (error: unknown) => /x509: .*(unknown authority|not trusted)/.test(messageOf(error));

/**
 * Asks a repository with Helm. Helm knows the machine's authorities; a server that none of them signed is asked once more with
 * those that Node was told of, in the file NODE_EXTRA_CA_CERTS, so that one setting serves the whole program.
 */
async function ask(helm: string, args: readonly string[]): Promise<string> {
  const asking = (...more: readonly string[]) => mustRun(helm, [...args, ...more], { seconds: chartSeconds });
  try {
    return await asking();
  } catch (error) {
    const extra = process.env["NODE_EXTRA_CA_CERTS"];
    if (!isUnknownAuthority(error) || extra === undefined || !existsSync(extra)) throw error;
    const folder = await mkdtemp(join(tmpdir(), "jam-istio-"));
    try {
      const file = join(folder, "authorities.pem");
      // Helm takes the file for all there are; the archive may come from another host than the index.
      await writeFile(file, [await readFile(extra, "utf8"), ...rootCertificates].join("\n"));
      return await asking("--ca-file", file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Where Helm finds a chart: a repository, and the arguments that let it in there. */
interface Place {
  readonly repository: string;
  readonly credential: Credential | undefined;
  readonly login: readonly string[];
}

/** Versions near to one that a repository lacks; none where it has no such chart. */
async function versionsNear(helm: string, name: ChartName, { repository, login }: Place): Promise<readonly string[]> {
  const texts = nearRanges(name.version).map((range) =>
    ask(helm, ["show", "chart", ...helmChart({ ...name, version: range }, repository), ...login]).catch(() => ""),
  );
  return (await Promise.all(texts)).flatMap((text) => /^version: ["']?([^"'\s]+)/m.exec(text)?.[1] ?? []);
}

/** Why Helm did not bring a chart. */
async function whyNot(helm: string, name: ChartName, from: Place, error: unknown): Promise<WhyNot> {
  const answer = answerOf(messageOf(error));
  if (answer.found === "lacks")
    return { found: "lacks", text: lackingText(name, await versionsNear(helm, name, from)) };
  const denied = deniedText(answer.reason, from.repository, from.credential);
  return { found: answer.found, text: `cannot be reached: ${answer.reason}${denied}` };
}

/** Fetches a chart with Helm, which knows the machine's proxies, authorities and logins. */
async function pullWithHelm(helm: string, name: ChartName, from: Place, folder: string): Promise<WhyNot | undefined> {
  const args = ["pull", ...helmChart(name, from.repository), "--destination", folder];
  try {
    await ask(helm, [...args, ...from.login]);
    return undefined;
  } catch (error) {
    return whyNot(helm, name, from, error);
  }
}

/**
 * Fetches a chart and keeps it only when it can be read.
 * @param credential who is let in there; absent: whoever Helm is logged in as
 * @returns `undefined` when it is in the folder, else why it is not
 */
export async function pull(
  helm: string,
  name: ChartName,
  { repository, credential }: Omit<Place, "login">,
  folder: string,
): Promise<WhyNot | undefined> {
  const arriving = await mkdtemp(join(folder, "new-"));
  const file = join(arriving, archiveName(name));
  try {
    const failed =
      credential === undefined || repository.startsWith("oci:")
        ? await loggedIn(repository, credential, (login) =>
            pullWithHelm(helm, name, { repository, credential, login }, arriving),
          )
        : await download(name, repository, credential, file);
    if (failed !== undefined) return failed;
    try {
      // Read once before it is kept: a broken archive must not stay.
      await mustRun(helm, ["show", "chart", file], { seconds: chartSeconds });
    } catch (error) {
      return { found: "unread", text: `sent a broken archive: ${withoutCredentials(messageOf(error))}` };
    }
    await copyFile(file, join(arriving, "whole"));
    await rename(join(arriving, "whole"), join(folder, archiveName(name)));
    return undefined;
  } finally {
    await rm(arriving, { recursive: true, force: true });
  }
}

/**
 * Puts a chart's archive into a registry with Helm.
 * @throws Error with one line saying why the registry does not take it
 */
export async function push(
  archive: string,
  repository: string,
  { helm, credentials = [] }: { readonly helm: () => Promise<string>; readonly credentials?: readonly Credential[] },
): Promise<void> {
  const [program, credential] = [await helm(), credentialFor(repository, credentials)];
  try {
    await loggedIn(repository, credential, (login) => ask(program, ["push", archive, repository, ...login]));
  } catch (error) {
    const answer = answerOf(messageOf(error));
    const reason = answer.found === "lacks" ? messageOf(error) : answer.reason;
    const text = `${repository} does not take the chart: ${reason}${deniedText(reason, repository, credential)}`;
    throw new Error(withoutCredentials(text), { cause: error });
  }
}

/** Why a directory does not hold a chart. */
export function lackingDirectory(name: ChartName, directory: string): WhyNot {
  if (!existsSync(directory)) return { found: "absent", text: "does not exist" };
  const begin = `${name.chart}-`;
  const files = readdirSync(directory).filter((file) => file.startsWith(begin) && file.endsWith(".tgz"));
  const has = files.map((file) => file.slice(begin.length, -".tgz".length));
  return { found: "lacks", text: lackingText(name, has) };
}
