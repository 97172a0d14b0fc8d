import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { mustRun, run } from "../render/run";
import { doJobs } from "./jobs";

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

/** A running control plane with one simulated node. */
export interface ControlPlane {
  readonly kubeconfig: string;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

function onPath(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/**
 * Finds a control plane's programs: those of Kubernetes `minor` in `JAM_ISTIO_LAB/<minor>`, the others on PATH.
 * @returns the programs, or what is missing
 */
export function findBinaries(minor: string): Binaries | string {
  const folder = join(process.env["JAM_ISTIO_LAB"] ?? "", minor);
  const wanted = {
    kwokctl: onPath("kwokctl"),
    kwok: onPath("kwok"),
    etcd: onPath("etcd"),
    apiserver: join(folder, "kube-apiserver"),
    controllerManager: join(folder, "kube-controller-manager"),
    scheduler: join(folder, "kube-scheduler"),
    kubectl: onPath("kubectl"),
  };
  const missing = Object.entries(wanted).filter(([, path]) => path === undefined || !existsSync(path));
  if (missing.length === 0) return wanted as Binaries;
  if (process.env["JAM_ISTIO_LAB"] === undefined)
    return "JAM_ISTIO_LAB names no folder with a control plane's programs";
  return `no ${missing.map(([name]) => name).join(", ")} for Kubernetes ${minor}`;
}

/** Starts a control plane on loopback, on free ports, with nothing in it. */
export async function startControlPlane(minor: string): Promise<ControlPlane> {
  const binaries = findBinaries(minor);
  if (typeof binaries === "string") throw new Error(binaries);
  const folder = await mkdtemp(join(tmpdir(), "jam-istio-lab-"));
  const kubeconfig = join(folder, "kubeconfig");
  const config = join(folder, "kwokctl.yaml");
  const head =
    "apiVersion: config.kwok.x-k8s.io/v1alpha1\nkind: KwokctlConfiguration\noptions: { bindAddress: 127.0.0.1 }\n";
  await writeFile(config, `${head}---\n${await readFile(join(__dirname, "stages.yaml"), "utf8")}`);
  const env = {
    ...process.env,
    KWOK_WORKDIR: join(folder, "kwok"),
    KWOK_KUBECTL_BINARY: binaries.kubectl,
    // etcd 3.4 does not report the progress that streamed lists need.
    KUBE_FEATURE_WatchListClient: "false",
  };
  const kwokctl = (seconds: number, ...args: readonly string[]) =>
    mustRun(binaries.kwokctl, ["--config", config, "--name", "lab", ...args], { seconds, env });
  const programs = [
    ["--kube-apiserver-binary", binaries.apiserver],
    ["--kube-controller-manager-binary", binaries.controllerManager],
    ["--kube-scheduler-binary", binaries.scheduler],
    ["--etcd-binary", binaries.etcd],
    ["--kwok-controller-binary", binaries.kwok],
  ].flat();
  const number = Number(minor.split(".")[1]);
  const gates = number >= 32 ? ["--kube-feature-gates", "WatchList=false"] : [];
  // Up to 1.22 these two open a plain port on all interfaces as well.
  const insecure = ["kube-controller-manager", "kube-scheduler"].flatMap((name) => ["--extra-args", `${name}=port=0`]);
  await kwokctl(
    120,
    "create",
    "cluster",
    "--runtime",
    "binary",
    ...programs,
    ...gates,
    ...(number <= 22 ? insecure : []),
    "--kubeconfig",
    kubeconfig,
    "--wait",
    "60s",
  );
  await kwokctl(30, "scale", "node", "--replicas", "1");
  const jobs = doJobs(kubeconfig, binaries.kubectl);
  return {
    kubeconfig,
    kubectl: (...args) => mustRun(binaries.kubectl, ["--kubeconfig", kubeconfig, ...args], { seconds: 60 }),
    stop: async () => {
      await jobs.stop();
      await run(binaries.kwokctl, ["--config", config, "--name", "lab", "delete", "cluster"], { seconds: 60, env });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
