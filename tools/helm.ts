import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { arch, homedir, platform } from "node:os";
import { join } from "node:path";
import { mustRun } from "./run";

/** The Helm release that is fetched where none is installed: the one inside Pulumi's Kubernetes provider. */
export const helmVersion = "3.20.2";

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
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
  return Buffer.from(await response.arrayBuffer());
}

async function download(folder: string): Promise<void> {
  const cpu = { x64: "amd64", arm64: "arm64" }[arch()] ?? arch();
  const system = { win32: "windows" }[platform() as string] ?? platform();
  const name = `helm-v${helmVersion}-${system}-${cpu}.tar.gz`;
  const sums = (await get(`https://get.helm.sh/${name}.sha256sum`)).toString("utf8");
  const archive = await get(`https://get.helm.sh/${name}`);
  const sum = createHash("sha256").update(archive).digest("hex");
  if (sums.split(/\s/)[0] !== sum) throw new Error("the download's checksum is wrong");
  await writeFile(join(folder, name), archive);
  await mustRun("tar", ["-xzf", name, "--strip-components=1"], { seconds: 60, cwd: folder });
}

async function goInstall(folder: string): Promise<void> {
  const env = { ...process.env, GOBIN: folder, GOFLAGS: "-trimpath", CGO_ENABLED: "0" };
  await mustRun("go", ["install", `helm.sh/helm/v3/cmd/helm@v${helmVersion}`], { seconds: 1200, env });
}

const reason = (error: unknown) =>
  error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);

/**
 * Finds Helm: on PATH, else in the cache, else fetched into it once, as the official download with its checksum
 * verified or, where only Go's modules are reachable, built from them.
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
      await rm(join(cacheFolder(), `helm-${helmVersion}`), { recursive: true, force: true });
      await rename(folder, join(cacheFolder(), `helm-${helmVersion}`));
      return cached;
    } catch (error) {
      reasons.push(reason(error));
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new Error(`no Helm: not on PATH, download: ${reasons[0] ?? ""}, go install: ${reasons[1] ?? ""}`);
}
