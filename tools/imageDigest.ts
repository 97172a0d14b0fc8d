import { isBug, messageOf } from "./errors";
import { fetchUrl } from "./fetch";

/** What a registry says of an image's tag, or why it says nothing. */
export type Digest = { readonly digest: string } | { readonly why: string };

/** How long one question may take, in seconds. */
const seconds = 15;

/** A tag may stand for one machine's image, or for those of several. */
const manifests = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Where a registry answers. Docker's own is called otherwise; on this machine there is no TLS, as for every other tool. */
function addressOf(registry: string): string {
  if (registry === "docker.io") return "https://registry-1.docker.io";
  return `${/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(registry) ? "http" : "https"}://${registry}`;
}

const ask = (url: string, method: "GET" | "HEAD", headers: Record<string, string>) =>
  fetchUrl(url, { method, headers, signal: AbortSignal.timeout(seconds * 1000) });

/**
 * The token that a registry gives to everybody; `undefined` where it gives none.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
async function openToken(challenge: string): Promise<string | undefined> {
  const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]));
  const realm = fields.get("realm") ?? "";
  if (!/^bearer /i.test(challenge) || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  for (const key of ["service", "scope"]) {
    const value = fields.get(key);
    if (value !== undefined) url.searchParams.set(key, value);
  }
  const response = await ask(url.href, "GET", {});
  if (!response.ok) return undefined;
  return /"(?:access_)?token"\s*:\s*"([^"\\]+)"/.exec(await response.text())?.[1];
}

interface Image {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

async function digestOf({ registry, repository, tag }: Image): Promise<Digest> {
  const url = `${addressOf(registry)}/v2/${repository}/manifests/${tag}`;
  let response = await ask(url, "HEAD", { accept: manifests });
  if (response.status === 401) {
    const token = await openToken(response.headers.get("www-authenticate") ?? "");
    if (token !== undefined) response = await ask(url, "HEAD", { accept: manifests, authorization: `Bearer ${token}` });
  }
  if (!response.ok) return { why: `HTTP ${String(response.status)}` };
  const digest = response.headers.get("docker-content-digest") ?? "";
  return /^sha256:[0-9a-f]{64}$/.test(digest) ? { digest } : { why: "it says no digest" };
}

/** Asks registries, as nobody in particular, which images tags stand for. One that gives no answer is asked once. */
export async function imageDigests(images: readonly Image[]): Promise<readonly Digest[]> {
  const silent = new Map<string, Digest>();
  const found: Digest[] = [];
  for (const image of images) {
    const known = silent.get(image.registry);
    try {
      found.push(known ?? (await digestOf(image)));
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      if (isBug(cause)) throw cause;
      const why = { why: `no answer: ${messageOf(cause)}` };
      silent.set(image.registry, why);
      found.push(why);
    }
  }
  return found;
}
