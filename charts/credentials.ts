import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Settings } from "../settings/types";

/** Who a chart repository lets in. */
export type Credential = Settings["chartCredentials"][number];

/** The host of a repository, as credentials name it. */
function hostOf(repository: string): string {
  // Of a scheme that it does not know, a URL keeps capitals and the usual port.
  const url = repository.replace(/^oci:/, "https:");
  return URL.canParse(url) ? new URL(url).host : repository;
}

/** The credentials that are for a repository's host. */
export const credentialFor = (repository: string, credentials: readonly Credential[]): Credential | undefined =>
  credentials.find(({ host }) => host === hostOf(repository));

const userAndPassword = ({ username = "", password = "" }: Credential) =>
  Buffer.from(`${username}:${password}`, "utf8").toString("base64");

/** The header that lets a request in. */
export const authorization = (credential: Credential): string =>
  credential.token === undefined ? `Basic ${userAndPassword(credential)}` : `Bearer ${credential.token}`;

/** What is said of a repository that lets nobody in, beside its status; nothing of another answer. */
export function deniedText(reason: string, repository: string, credential: Credential | undefined): string {
  if (!/^HTTP 40[13]$/.test(reason)) return "";
  const key = "jam-istio:chartCredentials (without Pulumi, as in render, JAM_ISTIO_CHART_CREDENTIALS)";
  const host = hostOf(repository);
  return credential === undefined
    ? `; there are no credentials for ${host} in ${key}`
    : `; it does not take the credentials for ${host} in ${key}`;
}

/**
 * Runs a body with the arguments that make Helm log in to a registry: a file that only this user can read, and that is gone
 * afterwards. On the command line every user of the machine would see them.
 * @see https://docs.docker.com/reference/cli/docker/login/ for the file, which is Docker's
 */
export async function loggedIn<T>(
  repository: string,
  credential: Credential | undefined,
  body: (args: readonly string[]) => Promise<T>,
): Promise<T> {
  if (credential === undefined) return body([]);
  const registry = repository.replace(/^oci:\/\//, "").split("/")[0] ?? "";
  const login =
    credential.token === undefined ? { auth: userAndPassword(credential) } : { registrytoken: credential.token };
  const folder = await mkdtemp(join(tmpdir(), "jam-istio-"));
  try {
    const file = join(folder, "registry.json");
    await writeFile(file, JSON.stringify({ auths: { [registry]: login } }), { mode: 0o600 });
    return await body(["--registry-config", file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
