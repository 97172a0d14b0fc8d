import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { builtFolders } from "./goModules";

/** Programs of a control plane, by path. */
export interface Binaries {
  readonly kwokctl: string;
  readonly kwok: string;
  readonly etcd: string;
  readonly apiserver: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kubectl: string;
}

/** A program that a control plane needs. */
export type Program = keyof Binaries;

/** File names of the programs. */
export const fileNames: Readonly<Record<Program, string>> = {
  kwokctl: "kwokctl",
  kwok: "kwok",
  etcd: "etcd",
  apiserver: "kube-apiserver",
  controllerManager: "kube-controller-manager",
  scheduler: "kube-scheduler",
  kubectl: "kubectl",
};

/** Programs, as a person reads them. */
export const namesOf = (programs: readonly Program[]) => programs.map((program) => fileNames[program]).join(", ");

/** Programs whose version has to be the wanted one. Any kubectl will do. */
const ofRelease: readonly Program[] = ["apiserver", "controllerManager", "scheduler"];

const versions = new Map<string, string>();

/** `1.34` of what `kube-apiserver --version` prints; empty where the file does not run. */
function minorOfProgram(path: string): string {
  const known = versions.get(path);
  if (known !== undefined) return known;
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const minor = /^Kubernetes v(\d+\.\d+)\./.exec(stdout)?.[1] ?? "";
  versions.set(path, minor);
  return minor;
}

/** Where programs are looked for, in this order. */
function folders(minor: string, given: string | undefined): readonly string[] {
  const assets = process.env["KUBEBUILDER_ASSETS"];
  return [
    ...(given ? [join(given, minor), given] : []),
    ...(assets ? [assets] : []),
    ...builtFolders(minor),
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
}

function find(program: Program, minor: string, given: string | undefined): string | undefined {
  return folders(minor, given)
    .map((folder) => join(folder, fileNames[program]))
    .find((path) => existsSync(path) && (!ofRelease.includes(program) || minorOfProgram(path) === minor));
}

/** What was found of the programs, and the names of what was not. */
export interface Search {
  readonly found: Partial<Binaries>;
  readonly missing: readonly Program[];
}

/**
 * Looks for the programs of a control plane.
 * @param minor Kubernetes `major.minor`
 * @param given folder with the programs, or with a folder `<minor>` of them; default: `JAM_ISTIO_LAB`
 */
export function searchBinaries(minor: string, given = process.env["JAM_ISTIO_LAB"]): Search {
  const programs = Object.keys(fileNames) as Program[];
  const paths = programs.map((program) => [program, find(program, minor, given)] as const);
  return {
    found: Object.fromEntries(paths.filter(([, path]) => path !== undefined)),
    missing: paths.filter(([, path]) => path === undefined).map(([program]) => program),
  };
}

/** All programs of a control plane, or a line that says which are missing. */
export function findBinaries(minor: string): Binaries | string {
  const { found, missing } = searchBinaries(minor);
  if (missing.length === 0) return found as Binaries;
  return `no ${namesOf(missing)} for Kubernetes ${minor} (npm run lab -- up --kubernetes ${minor} brings them)`;
}
