import { join } from "node:path";
import { buildModule, goVersion } from "../../lab/build";
import { missingBuilds, modulesFor, modulesOf, type GoModule } from "../../lab/goModules";
import { istiodModules } from "../../lab/istiods/programs";
import { LabRegistry, type LabStatus } from "../../lab/registry";
import { fetchEnvoy } from "../../lab/traffic";
import { outColors } from "../terminal/colors";
import { projectFolder } from "../stack/stackFile";
import { asUserError, UserError } from "../terminal/userError";
import { say } from "../terminal/say";

interface Options {
  readonly kubernetes?: string;
  readonly binaries?: string;
  readonly json?: boolean;
}

/** Exit code of `lab status` when none is up, as of a service's status. */
export const nothingUpCode = 3;

/** Kubernetes minor where nothing is said: in the range of the newest Istio releases. */
const defaultMinor = "1.34";

const labs = new LabRegistry(join(projectFolder, ".lab"));
const print = (text: string) => process.stdout.write(`${text}\n`);

/** `1.34` of `1.34` or `v1.34.4`. @throws UserError */
export function kubernetesMinor(text: string): string {
  const minor = /^v?(1\.\d+)(\.\d+)?$/.exec(text)?.[1];
  if (minor === undefined) throw new UserError(`--kubernetes: "${text}" is no Kubernetes version. Allowed: 1.34, 1.21`);
  return minor;
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asUserError(error);
  }
}

/** Minors that a command is about: of those that were started the one that was asked for, else all. */
function minorsOf({ kubernetes }: Options): readonly string[] {
  const asked = kubernetes === undefined ? undefined : kubernetesMinor(kubernetes);
  return labs.minors().filter((minor) => asked === undefined || minor === asked);
}

const statusesOf = (options: Options) => Promise.all(minorsOf(options).map((minor) => labs.status(minor)));

/** What `lab build` builds: a Kubernetes minor's control plane, the engine, what sends traffic, or istiods to compare. */
const buildable: Readonly<Record<string, readonly GoModule[]>> = {
  "1.34": modulesFor("1.34"),
  "1.21": modulesFor("1.21"),
  engine: modulesOf("engine"),
  traffic: modulesOf("traffic"),
  istiods: istiodModules,
};

/** What it builds where nothing is said: no test of traffic and no rehearsal needs more. */
const usual = ["1.34", "1.21", "engine", "traffic"];

/** Builds programs of the lab before they are needed; what is there stays. */
export async function labBuild(parts: readonly string[]): Promise<void> {
  const modules = (parts.length === 0 ? usual : parts).map((part) => {
    const found = buildable[part];
    if (found === undefined)
      throw new UserError(`"${part}" cannot be built. Allowed: ${Object.keys(buildable).join(", ")}`);
    return found;
  });
  const all = [...new Set(modules.flat())];
  const planned = missingBuilds(all);
  if (planned !== undefined) {
    if ((await goVersion()) === undefined)
      throw new UserError("Go is not there. Install it: https://go.dev/doc/install");
    say(`to build: ${planned}`);
    for (const module of all) await explained(() => buildModule(module, say));
  }
  if (parts.length === 0 || parts.includes("traffic")) await explained(() => fetchEnvoy(say));
  print(outColors.green("all is built"));
}

export async function labUp(options: Options): Promise<void> {
  const minor = kubernetesMinor(options.kubernetes ?? defaultMinor);
  const { plane, new: isNew } = await explained(() => labs.up(minor, { binaries: options.binaries, progress: say }));
  const { kubeconfig } = plane;
  if (options.json === true) print(JSON.stringify({ kubernetes: minor, kubeconfig, started: isNew }, undefined, 2));
  else {
    print(
      outColors.green(
        `Kubernetes ${minor} ${isNew ? "is up" : "was up already"}, on loopback, with one simulated node`,
      ),
    );
    print(`export KUBECONFIG=${kubeconfig}`);
  }
}

export async function labDown(options: Options): Promise<void> {
  const minors = minorsOf(options);
  for (const minor of minors) await explained(() => labs.down(minor));
  print(minors.length === 0 ? "nothing was up" : `taken down: Kubernetes ${minors.join(", ")}`);
}

function statusLine({ kubernetes, state, kubeconfig, missing }: LabStatus): string {
  if (state === "up") return `Kubernetes ${kubernetes}  ${outColors.green("up")}  ${kubeconfig}`;
  return (
    `Kubernetes ${kubernetes}  ${outColors.red("broken")}  ${missing.join(" and ")} no longer there; ` +
    `again: npm run lab -- up --kubernetes ${kubernetes}, away: npm run lab -- down`
  );
}

export async function labStatus(options: Options): Promise<void> {
  const all = await statusesOf(options);
  if (options.json === true) print(JSON.stringify(all, undefined, 2));
  else print(all.length === 0 ? "nothing is up (npm run lab -- up starts one)" : all.map(statusLine).join("\n"));
  if (!all.some(({ state }) => state === "up")) process.exitCode = nothingUpCode;
}

/** Prints lines for a shell: `eval "$(npm run --silent lab -- env)"`. */
export async function labEnv(options: Options): Promise<void> {
  const up = (await statusesOf(options)).filter(({ state }) => state === "up");
  const [one] = up;
  if (one === undefined) throw new UserError("nothing is up. Start one: npm run lab -- up");
  if (up.length > 1) {
    const flags = up.map(({ kubernetes }) => `--kubernetes ${kubernetes}`).join(" or ");
    throw new UserError(`more than one is up. Say which: ${flags}`);
  }
  print(`export KUBECONFIG='${one.kubeconfig}'`);
}
