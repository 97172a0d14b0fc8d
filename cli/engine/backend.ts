import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { findLabEngine, isOfLab, pulumiFolder } from "../../lab/engine/engine";
import { labFile } from "../../lab/planeFile";
import { withoutCredentials } from "../../mesh/credentials";
import { UserError } from "../terminal/userError";

/** Where the state is and which CLI runs, with the environment that says so to Pulumi. */
export interface Engine {
  /** For a person: where the state is kept. */
  readonly backend: string;
  /** For a person: which CLI runs. */
  readonly cli: string;
  readonly env: Readonly<Record<string, string>>;
  /** The line with which a person's own `pulumi` finds the local state. */
  readonly reach?: string;
  /** Folder of the state, where it is in files on this machine. */
  readonly files?: string;
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
  if (existsSync(file)) return file;
  try {
    // The first one stays: another run may make one at the same moment, and encrypt by it.
    writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!existsSync(file)) throw error;
  }
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

/** The folder of a backend of files, as Pulumi reads its URL: `file://` before a path, which may begin with `~`. */
export function stateFolder(project: string, url: string | undefined): string | undefined {
  if (url?.startsWith("file://") !== true) return undefined;
  const path = url.slice("file://".length).split("?")[0] ?? "";
  return resolve(project, path.replace(/^~(?=\/|$)/, homedir()));
}

/** A PATH without packages' commands: `npm run` puts the packages' commands first on PATH; a Pulumi that the person installed goes before them. */
export function withoutPackages(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => !folder.includes(join("node_modules", ".bin")))
    .join(delimiter);
}

/** Folder of the packages' commands, the npm package `pulumi` among them. */
export const packagesFolder = (project: string) => join(project, "node_modules", ".bin");

/** Whether a kubeconfig is that of a control plane that the lab started. */
function isOfLabCluster(kubeconfig: string | undefined): boolean {
  return kubeconfig !== undefined && kubeconfig !== "" && existsSync(labFile(dirname(kubeconfig)));
}

/**
 * The CLI: the one that the person installed, else the npm package's. The lab's own engine deploys to the lab alone.
 * @throws UserError where the lab's engine would deploy to another cluster
 */
function chooseCli(project: string, path: string, kubeconfig: string | undefined): Pick<Engine, "cli" | "env"> {
  const own = withoutPackages(path);
  const folder = pulumiFolder(own);
  const ofLab = folder !== undefined && isOfLab(folder);
  if (folder !== undefined && !ofLab) return { cli: "pulumi on PATH", env: { PATH: own } };
  const built = isOfLabCluster(kubeconfig) ? findLabEngine(own) : undefined;
  if (built !== undefined) return { cli: `${built.name}, whose cluster this is`, env: built.env };
  if (ofLab) {
    throw new UserError(
      `the pulumi on PATH (${folder}) is the one that is built for the lab; it deploys to a lab's cluster only. ` +
        "Install Pulumi: https://www.pulumi.com/docs/install/",
    );
  }
  const cli = "the npm package pulumi, which downloads the CLI at its first run";
  return { cli, env: { PATH: `${packagesFolder(project)}${delimiter}${own}` } };
}

/**
 * Decides on the CLI (PATH, else the npm package `pulumi`, which fetches it at its first run) and the backend
 * (the one that is logged in to, else files in the project's folder).
 * @param kubeconfig the stack's; on a lab's cluster the lab's engine serves as well
 * @throws UserError where only the lab's engine is there, for another cluster
 */
export function chooseEngine(project: string, env: NodeJS.ProcessEnv, kubeconfig = env["KUBECONFIG"]): Engine {
  const chosen = chooseCli(project, env["PATH"] ?? "", kubeconfig);
  const backend = loggedInTo(env);
  const local = backend === undefined ? localEnvironment(project, env) : undefined;
  const files = stateFolder(project, backend ?? local?.["PULUMI_BACKEND_URL"]);
  const exported = Object.entries(local ?? {}).map(([name, value]) => `${name}='${value}'`);
  return {
    cli: chosen.cli,
    backend: withoutCredentials(
      backend ??
        `files in ${localFolder} (nobody is logged in; keep that folder, it holds the state and its passphrase)`,
    ),
    env: {
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The program speaks with the engine on loopback; gRPC for Node.js would go through the proxy even there.
      no_grpc_proxy: env["no_grpc_proxy"] ?? "127.0.0.1,localhost",
      ...chosen.env,
      ...local,
    },
    ...(files === undefined ? {} : { files }),
    ...(local === undefined ? {} : { reach: `export ${exported.join(" ")}` }),
  };
}
