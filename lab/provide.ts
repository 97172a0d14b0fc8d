import { fetchUrl } from "../tools/fetch";
import { fileNames, namesOf, searchBinaries, type Binaries, type Program } from "./binaries";
import { buildModule, goVersion } from "./build";
import { goModules, modulesFor } from "./goModules";

/** The programs of a control plane; what is not among the found ones kwokctl downloads by itself. */
export interface Programs {
  readonly found: Partial<Binaries>;
  readonly kwokctl: string;
  /** Kubernetes release, for what is downloaded. */
  readonly version: string;
  /** How long kwokctl may take, in seconds. */
  readonly seconds: number;
}

/** The Kubernetes release of a minor that is built, or downloaded. */
function releaseOf(minor: string): string {
  return goModules.find((module) => module.minor === minor)?.version ?? `${minor}.0`;
}

/** Whether kwokctl's downloads can be reached. @see https://kwok.sigs.k8s.io/docs/generated/env-variables/ */
async function canDownload(version: string): Promise<boolean> {
  const cpu = process.arch === "x64" ? "amd64" : process.arch;
  const official = `https://dl.k8s.io/release/v${version}/bin/${process.platform}/${cpu}`;
  const url = `${process.env["KWOK_KUBE_BINARY_PREFIX"] ?? official}/kube-apiserver`;
  try {
    return (await fetchUrl(url, { method: "HEAD", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

async function build(minor: string, missing: readonly Program[], progress: (line: string) => void): Promise<void> {
  const names = missing.map((program) => fileNames[program]);
  for (const module of modulesFor(minor).filter(({ programs }) => names.some((name) => programs.includes(name)))) {
    await buildModule(module, progress);
  }
}

/**
 * Finds the programs of a control plane; what is missing is left to kwokctl's download where the internet is there,
 * and otherwise built with Go, once.
 * @throws Error that says what is missing and what would help
 */
export async function provideBinaries(
  minor: string,
  given: string | undefined,
  progress: (line: string) => void,
): Promise<Programs> {
  const version = releaseOf(minor);
  const first = searchBinaries(minor, given);
  const { kwokctl } = first.found;
  if (kwokctl !== undefined) {
    if (first.missing.length === 0) return { found: first.found, kwokctl, version, seconds: 120 };
    if (await canDownload(version)) {
      progress(`kwokctl downloads ${namesOf(first.missing)} of Kubernetes ${version}`);
      return { found: first.found, kwokctl, version, seconds: 900 };
    }
  }
  const go = await goVersion();
  if (go !== undefined) await build(minor, first.missing, progress);
  const { found, missing } = searchBinaries(minor, given);
  if (missing.length === 0 && found.kwokctl !== undefined) {
    return { found, kwokctl: found.kwokctl, version, seconds: 120 };
  }
  const buildable = goModules.map((module) => module.minor).filter((one) => one !== undefined);
  const why = go === undefined ? "Go is not there to build them" : `built are those of ${buildable.join(" and ")}`;
  throw new Error(
    `no ${namesOf(missing)} for Kubernetes ${minor}, and ${why}. Give a folder with them (--binaries or JAM_ISTIO_LAB), ` +
      `install Go (https://go.dev/doc/install), or kwokctl (https://kwok.sigs.k8s.io) where it can download`,
  );
}
