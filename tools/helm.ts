import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { arch, homedir, platform } from "node:os";
import { dirname, join } from "node:path";
import { messageOf } from "./errors";
import { fetchUrl } from "./fetch";
import { mustRun } from "./run";

/** The Helm release that is fetched where none is installed. */
export const helmVersion = "3.20.2";

/**
 * SHA-256 of its archives, here and not from the downloads' host: who changes the one there could change the other.
 * @see https://github.com/helm/helm/releases/tag/v3.20.2
 */
const archives: Readonly<Record<string, string>> = {
  "darwin-amd64.tar.gz": "7de04301f28b902a74f6286ed941cadc86ee5e6a9086a18f2ccf1f548e99d618",
  "darwin-arm64.tar.gz": "139c794c22f16b579d08ddd3008c8038b9bb2814f35b5bcca91f50a1f458978d",
  "linux-amd64.tar.gz": "258e830a9e613c8a7a302d6059b4bb3b9758f2f3e1bb8ea0d707ce10a9a72fea",
  "linux-arm64.tar.gz": "5ea2d6bc2cda3f8edf985e028809f5a9278f404fb8ab24044de9b7cb9b79a691",
  "windows-amd64.zip": "24e8e5b71bab4ee17e6f989931ecf4fb144f9916cbe9990c0b6b2ec7b925c454",
  "windows-arm64.zip": "7c940a73a6882f50b69aec3282549da4a49917669db18fc503db930fb74b9789",
};

/** Where charts and Helm are kept: `JAM_ISTIO_CACHE`, else the user's cache folder. */
export function cacheFolder(): string {
  return (
    process.env["JAM_ISTIO_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "jam-istio")
  );
}

/** Tells a person what is going on. */
export type Progress = (line: string) => void;

const binary = platform() === "win32" ? "helm.exe" : "helm";

async function works(helm: string): Promise<boolean> {
  try {
    return /^v[3-9]\./.test(await mustRun(helm, ["version", "--template", "{{.Version}}"], { seconds: 20 }));
  } catch {
    return false;
  }
}

async function get(url: string): Promise<Buffer> {
  const response = await fetchUrl(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The archive for this machine, such as `linux-amd64.tar.gz`. */
function archiveName(): string {
  const cpu = { x64: "amd64", arm64: "arm64" }[arch()] ?? arch();
  return platform() === "win32" ? `windows-${cpu}.zip` : `${platform()}-${cpu}.tar.gz`;
}

async function download(folder: string): Promise<void> {
  const archive = archiveName();
  const expected = archives[archive];
  if (expected === undefined) throw new Error(`no checksum is known of ${archive}`);
  const name = `helm-v${helmVersion}-${archive}`;
  const content = await get(`https://get.helm.sh/${name}`);
  if (createHash("sha256").update(content).digest("hex") !== expected)
    throw new Error("the download's checksum is wrong");
  await writeFile(join(folder, name), content);
  await mustRun("tar", ["-xf", name, "--strip-components=1"], { seconds: 60, cwd: folder });
}

async function goInstall(folder: string): Promise<void> {
  const env = { ...process.env, GOBIN: folder, GOFLAGS: "-trimpath", CGO_ENABLED: "0" };
  await mustRun("go", ["install", `helm.sh/helm/v3/cmd/helm@v${helmVersion}`], { seconds: 1200, env });
}

const reason = (error: unknown) =>
  messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);

/**
 * Finds Helm: on PATH, else in the cache, else fetched into it once, as the official download, its checksum
 * verified, or, where only Go's modules are reachable, built from them.
 * @throws Error with one line when there is no way
 */
export async function findHelm(progress: Progress): Promise<string> {
  if (await works("helm")) return "helm";
  const cached = join(cacheFolder(), `helm-${helmVersion}`, binary);
  if (existsSync(cached) && (await works(cached))) return cached;
  await mkdir(cacheFolder(), { recursive: true });
  const reasons: string[] = [];
  const ways = [
    { say: `Helm is not on PATH; downloading ${helmVersion}`, way: download },
    { say: `Helm's download failed; building ${helmVersion} with Go, once, in a few minutes`, way: goInstall },
  ];
  for (const { say, way } of ways) {
    progress(say);
    const folder = await mkdtemp(join(cacheFolder(), "helm-new-"));
    try {
      await way(folder);
      if (!(await works(join(folder, binary)))) throw new Error("what arrived does not run");
      // In one step: another process may be doing the same, or starting it.
      await mkdir(dirname(cached), { recursive: true });
      await rename(join(folder, binary), cached);
      await rm(folder, { recursive: true, force: true });
      return cached;
    } catch (error) {
      reasons.push(reason(error));
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new Error(`no Helm: not on PATH, download: ${reasons[0] ?? ""}, go install: ${reasons[1] ?? ""}`);
}
