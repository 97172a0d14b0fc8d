import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, sep } from "node:path";

/** Where the state is and which CLI runs, with the environment that says so to Pulumi. */
export interface Engine {
  /** For a person: where the state is kept. */
  readonly backend: string;
  /** For a person: which CLI runs. */
  readonly cli: string;
  readonly env: Readonly<Record<string, string>>;
  /** The line with which a person's own `pulumi` finds the local state. */
  readonly reach?: string;
}

/** Folder of the local backend's state and passphrase; in .gitignore. */
export const localFolder = ".pulumi-local";

function loggedInTo(env: NodeJS.ProcessEnv): string | undefined {
  if (env["PULUMI_BACKEND_URL"] !== undefined) return env["PULUMI_BACKEND_URL"];
  if (env["PULUMI_ACCESS_TOKEN"] !== undefined) return "Pulumi Cloud";
  const home = env["PULUMI_CREDENTIALS_PATH"] ?? env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const file = join(home, "credentials.json");
  if (!existsSync(file)) return undefined;
  try {
    const { current } = JSON.parse(readFileSync(file, "utf8")) as { current?: string };
    return current === "" ? undefined : current;
  } catch {
    return undefined;
  }
}

/** A passphrase for the local backend, made once: long, random, readable by its owner only. */
function passphraseFile(folder: string): string {
  const file = join(folder, "passphrase");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600 });
  return file;
}

function localEnvironment(project: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const folder = join(project, localFolder);
  mkdirSync(join(folder, "state"), { recursive: true, mode: 0o700 });
  const given = env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"] !== undefined;
  return {
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    ...(given ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(folder) }),
  };
}

/** A PATH without packages' commands: `npm run` puts the packages' commands first on PATH; a Pulumi that the person installed goes before them. */
export function withoutPackages(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => !folder.includes(join("node_modules", ".bin")))
    .join(delimiter);
}

const holds = (path: string, name: string) => path.split(delimiter).some((folder) => existsSync(folder + sep + name));

/** The PATH on which Pulumi is found: the one that the person installed, else the npm package's. */
export function enginePath(project: string, path: string): { readonly path: string; readonly installed: boolean } {
  const own = withoutPackages(path);
  const installed = holds(own, "pulumi");
  const packages = join(project, "node_modules", ".bin");
  return { path: installed ? own : `${packages}${delimiter}${own}`, installed };
}

/**
 * Decides on the CLI (PATH, else the npm package `pulumi`, which fetches it at its first run) and the backend
 * (the one that is logged in to, else files in the project's folder).
 */
export function chooseEngine(project: string, env: NodeJS.ProcessEnv): Engine {
  const { path, installed } = enginePath(project, env["PATH"] ?? "");
  const backend = loggedInTo(env);
  const local = backend === undefined ? localEnvironment(project, env) : undefined;
  const exported = Object.entries(local ?? {}).map(([name, value]) => `${name}='${value}'`);
  return {
    cli: installed ? "pulumi on PATH" : "the npm package pulumi, which downloads the CLI at its first run",
    backend:
      backend ??
      `files in ${localFolder} (nobody is logged in; keep that folder, it holds the state and its passphrase)`,
    env: {
      PATH: path,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...local,
    },
    ...(local === undefined ? {} : { reach: `export ${exported.join(" ")}` }),
  };
}
