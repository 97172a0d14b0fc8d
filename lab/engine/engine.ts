import { existsSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { cacheFolder } from "../../tools/helm";
import { run } from "../../tools/run";
import { buildModule, goVersion } from "../build";
import { builtFolder, modulesOf, type GoModule } from "../goModules";
import { projectRoot } from "../../tools/projectRoot";

/** The engine that runs programs: the environment that Pulumi's Automation API and command need for it. */
export interface LabEngine {
  /** For a person. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where an engine is looked for. */
export interface EngineSearch {
  /** PATH, without packages' commands. */
  readonly path: string;
  /** Folder with the npm package's command `pulumi`, which downloads the engine at its first run. */
  readonly packages: string;
}

/** Folder of what no registry carries: the language host and the process of dynamic resources. */
const plugins = join(projectRoot, "lab", "engine", "plugins");
/** Folder of the random provider's stand-in. */
export const randomProvider = join(projectRoot, "lab", "engine", "random");

const isBuilt = (module: GoModule) => existsSync(builtFolder(module));

/** The folder on a PATH that holds `pulumi`; `undefined` where none does. */
export function pulumiFolder(path: string): string | undefined {
  return path.split(delimiter).find((folder) => folder !== "" && existsSync(join(folder, "pulumi")));
}

/** Whether a folder on PATH is of the engine that is built for the lab: that one deploys to the lab alone. */
export function isOfLab(folder: string): boolean {
  return folder === plugins || (folder + sep).startsWith(join(cacheFolder(), "lab") + sep);
}

function withPath(...folders: readonly string[]): Record<string, string> {
  return { PATH: folders.join(delimiter), PULUMI_SKIP_UPDATE_CHECK: "true" };
}

function builtEngine(path: string): LabEngine {
  return {
    name: "Pulumi built for the lab",
    env: {
      ...withPath(...modulesOf("engine").map(builtFolder), plugins, randomProvider, path),
      // What is not on PATH is nowhere: a look for it would wait for hosts that may not be reached.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // The stand-in for the language host runs nothing without it.
      JAM_ISTIO_LAB_ENGINE: "1",
    },
  };
}

/** The engine where nothing has to be fetched or built: the installed one, else the one that was built; else `undefined`. */
export function findLabEngine(path: string): LabEngine | undefined {
  const installed = pulumiFolder(path);
  if (installed !== undefined && !isOfLab(installed)) return { name: `Pulumi in ${installed}`, env: withPath(path) };
  return modulesOf("engine").every(isBuilt) ? builtEngine(path) : undefined;
}

/** What is missing for {@link findLabEngine}; `undefined` where nothing is. */
export function engineMissing(path: string): string | undefined {
  if (findLabEngine(path) !== undefined) return undefined;
  return "no Pulumi on PATH, and none built (npm run lab -- build engine)";
}

/**
 * Finds the engine for the lab; builds it with Go where it is not installed and cannot be downloaded, once.
 * @throws Error that says what would help
 */
export async function provideLabEngine(
  { path, packages }: EngineSearch,
  progress: (line: string) => void,
): Promise<LabEngine> {
  const found = findLabEngine(path);
  if (found !== undefined) return found;
  progress("Pulumi is not installed: trying its download (npm package pulumi)");
  const downloaded = { name: "Pulumi of the npm package", env: withPath(packages, path) };
  const env = { ...process.env, ...downloaded.env };
  const tried = await run(join(packages, "pulumi"), ["version"], { seconds: 300, env }).catch(() => undefined);
  if (tried?.code === 0) return downloaded;
  await buildEngine(progress);
  return builtEngine(path);
}

/** @throws Error with one line when Go is missing or cannot */
async function buildEngine(progress: (line: string) => void): Promise<void> {
  if ((await goVersion()) === undefined) {
    throw new Error(
      "no Pulumi: not on PATH, its download cannot be reached, and Go is not there to build it. " +
        "Install Pulumi (https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install)",
    );
  }
  for (const module of modulesOf("engine")) await buildModule(module, progress);
}
