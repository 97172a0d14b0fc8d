import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "../tools/helm";
import { isAlive, mustRun, run } from "../tools/run";
import { withLock } from "./lock";
import { kubectl, kwokctlCall, stopControlPlane, writeLabInfo, type LabInfo } from "./planeFile";
import { provideBinaries, type Programs } from "./provide";
import { messageOf } from "../tools/errors";
import { projectRoot } from "../tools/projectRoot";

/** A running control plane with one simulated node. */
export interface LabControlPlane {
  readonly plane: LabInfo;
  readonly kubeconfig: string;
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** How a control plane is started. */
export interface StartOptions {
  /** Folder with the programs. Default: `JAM_ISTIO_LAB`. */
  readonly binaries?: string | undefined;
  /** Whether it ends with this process, however this process ends. Default: true. */
  readonly temporary?: boolean;
  readonly progress?: (line: string) => void;
  /** Told as soon as there is a folder, before anything runs. */
  readonly starting?: (folder: string) => void;
}

async function writeConfig({ folder, socket }: LabInfo): Promise<void> {
  const head =
    "apiVersion: config.kwok.x-k8s.io/v1alpha1\nkind: KwokctlConfiguration\noptions: { bindAddress: 127.0.0.1 }\n";
  const stages = await readFile(join(projectRoot, "lab", "stages.yaml"), "utf8");
  await writeFile(join(folder, "kwokctl.yaml"), `${head}---\n${stages}`);
  const connection = { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: socket } } };
  const egress = {
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [{ name: "cluster", connection }],
  };
  await writeFile(join(folder, "egress.json"), JSON.stringify(egress));
}

/** The flags of `kwokctl create cluster`. */
function creation({ folder, kubeconfig, minor }: LabInfo, { found }: Programs): readonly string[] {
  const programs = {
    "kube-apiserver": found.apiserver,
    "kube-controller-manager": found.controllerManager,
    "kube-scheduler": found.scheduler,
    etcd: found.etcd,
    "kwok-controller": found.kwok,
  };
  const number = Number(minor.split(".")[1]);
  const extra = [
    `kube-apiserver=egress-selector-config-file=${join(folder, "egress.json")}`,
    // They are alone: a lease that a busy machine lets run out ends them.
    ...["kube-controller-manager", "kube-scheduler"].map((name) => `${name}=leader-elect=false`),
    // Up to 1.22 these two open a plain port on all interfaces as well.
    ...(number <= 22 ? ["kube-controller-manager=port=0", "kube-scheduler=port=0"] : []),
  ];
  return [
    ...["create", "cluster", "--runtime", "binary", "--kubeconfig", kubeconfig, "--wait", "110s"],
    ...Object.entries(programs).flatMap(([name, path]) => (path === undefined ? [] : [`--${name}-binary`, path])),
    ...extra.flatMap((arg) => ["--extra-args", arg]),
    // The controllers' own limit of 20 requests a second is what a rollout would wait for.
    "--disable-qps-limits",
    // etcd 3.4 does not report the progress that streamed lists need.
    ...(number >= 32 ? ["--kube-feature-gates", "WatchList=false"] : []),
  ];
}

function startAgent({ folder, temporary }: LabInfo): number {
  const log = openSync(join(folder, "agent.log"), "a");
  const agent = spawn(process.execPath, [join(projectRoot, "lab", "agent.js"), folder], {
    detached: true,
    stdio: [temporary ? "pipe" : "ignore", log, log],
  });
  agent.unref();
  (agent.stdin as Socket | null)?.unref();
  if (agent.pid === undefined) throw new Error("the lab's agent does not start");
  return agent.pid;
}

/** How long the agent may take until it answers webhooks, in seconds. */
const agentSeconds = 120;

async function agentReady({ folder, agent = 0 }: LabInfo): Promise<void> {
  for (const end = Date.now() + agentSeconds * 1000; Date.now() < end;) {
    const log = await readFile(join(folder, "agent.log"), "utf8");
    if (/^ready$/m.test(log)) return;
    if (!isAlive(agent)) throw new Error(`the lab's agent ended: ${log.trim().split("\n").at(-1) ?? ""}`);
    await sleep(50);
  }
  throw new Error("the API server does not answer the lab's agent");
}

/** How long the controller manager may take until it works, in seconds. */
const controllerSeconds = 120;

/**
 * Waits for what the controller manager makes first. On a busy machine it ends by itself, since it waits no more than ten seconds for
 * the API server: then it is started again.
 */
async function controllersReady(plane: LabInfo): Promise<void> {
  const { args, env } = kwokctlCall(plane, "start", "cluster");
  const end = Date.now() + controllerSeconds * 1000;
  for (let turn = 1; Date.now() < end; turn++) {
    const account = kubectl(plane, ["get", "serviceaccount", "default", "-n", "default", "-o", "name"]);
    if (await account.catch(() => undefined)) return;
    // It starts what does not run.
    if (turn % 20 === 0) await run(plane.kwokctl, args, { seconds: 60, env });
    await sleep(500);
  }
  throw new Error("its controller manager does nothing");
}

/** The control plane that a plane's files tell of. */
export function controlPlaneOf(plane: LabInfo): LabControlPlane {
  return {
    plane,
    kubeconfig: plane.kubeconfig,
    kubectl: (...args) => kubectl(plane, args),
    stop: () => stopControlPlane(plane.folder),
  };
}

/**
 * Starts a control plane of a Kubernetes minor on loopback, on free ports, with one simulated node and nothing in it.
 * @throws Error with one line when its programs cannot be had, or it does not start
 */
export async function startControlPlane(minor: string, options: StartOptions = {}): Promise<LabControlPlane> {
  const { temporary = true, progress = () => undefined } = options;
  const programs = await provideBinaries(minor, options.binaries, progress);
  const folder = await mkdtemp(join(tmpdir(), "jam-istio-lab-"));
  const kubectlPath = programs.found.kubectl ?? join(folder, "kwok", "clusters", "lab", "bin", "kubectl");
  const istiod = process.env["JAM_ISTIO_LAB_ISTIOD"];
  const made: LabInfo = {
    ...(istiod === undefined || istiod === "" ? {} : { istiod }),
    ...{ minor, folder, temporary, kubectl: kubectlPath, kwokctl: programs.kwokctl },
    kubeconfig: join(folder, "kubeconfig"),
    socket: join(folder, "webhooks.sock"),
  };
  writeLabInfo(made);
  options.starting?.(folder);
  const plane = { ...made, agent: startAgent(made) };
  writeLabInfo(plane);
  try {
    await writeConfig(plane);
    const create = kwokctlCall(plane, ...creation(plane, programs));
    const env = { ...create.env, KWOK_KUBE_VERSION: `v${programs.version}` };
    // kwokctl looks for free ports, always the same ones first: two at a time would take the same.
    await withLock(join(cacheFolder(), "lab-start"), () =>
      mustRun(plane.kwokctl, create.args, { seconds: programs.seconds, env }),
    );
    // The agent is ready once the API server answers it: kwokctl does not wait for longer than its time, and says nothing.
    await agentReady(plane);
    const scale = kwokctlCall(plane, "scale", "node", "--replicas", "1");
    await mustRun(plane.kwokctl, scale.args, { seconds: 120, env: scale.env });
    await controllersReady(plane);
  } catch (error) {
    await stopControlPlane(folder);
    const text = messageOf(error);
    // kwokctl ends with a line of JSON.
    const reason = /"err":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
    throw new Error(`the control plane of Kubernetes ${minor} does not start: ${reason}`, { cause: error });
  }
  return controlPlaneOf(plane);
}
