import { readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, mustRun, run } from "../tools/run";

/** What is known of a control plane that was started; in its folder as `lab.json`. */
export interface LabInfo {
  readonly minor: string;
  /** Everything it writes is in here. */
  readonly folder: string;
  readonly kubeconfig: string;
  readonly kwokctl: string;
  readonly kubectl: string;
  /** Unix socket on which the agent answers webhooks. */
  readonly socket: string;
  /** Whether it ends with the process that started it. */
  readonly temporary: boolean;
  readonly agent?: number;
  /** Path of a real istiod, which injects and validates in the stand-in's place. */
  readonly istiod?: string;
}

/** The file in a control plane's folder that says what is known of it; its kubeconfig lies beside it. */
export const labFile = (folder: string) => join(folder, "lab.json");

export function readLabInfo(folder: string): LabInfo {
  return JSON.parse(readFileSync(labFile(folder), "utf8")) as LabInfo;
}

export function writeLabInfo(plane: LabInfo): void {
  writeFileSync(labFile(plane.folder), JSON.stringify(plane, undefined, 2));
}

/** Arguments and environment of every call of kwokctl for a control plane. */
export function kwokctlCall(plane: LabInfo, ...args: readonly string[]) {
  const config = join(plane.folder, "kwokctl.yaml");
  return {
    args: ["--config", config, "--name", "lab", ...args],
    env: {
      ...process.env,
      ...{ KWOK_WORKDIR: join(plane.folder, "kwok"), KWOK_KUBECTL_BINARY: plane.kubectl },
      // Its end takes the lab out of the kubeconfig that this names: of a person's it would take another lab of the same name.
      KUBECONFIG: plane.kubeconfig,
    },
  };
}

/** Runs kubectl against a control plane. @throws Error with the line in which it says why not */
export function kubectl(
  { kubectl: program, kubeconfig, folder }: LabInfo,
  args: readonly string[],
  input = "",
): Promise<string> {
  // Its own: another cluster may have had this one's port, and other kinds.
  const cache = join(folder, "kubectl-cache");
  return mustRun(program, ["--kubeconfig", kubeconfig, "--cache-dir", cache, ...args], { seconds: 60, input });
}

/** Applies objects to a control plane. */
export async function applyObjects(plane: LabInfo, items: readonly object[]): Promise<void> {
  await kubectl(plane, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

/** Ends a control plane and removes its folder; also one that was started half, or is gone already. */
export async function stopControlPlane(folder: string, options = { keepAgent: false }): Promise<void> {
  const plane = readLabInfo(folder);
  const agent = options.keepAgent ? undefined : plane.agent;
  if (agent !== undefined && isAlive(agent)) process.kill(agent, "SIGTERM");
  const { args, env } = kwokctlCall(plane, "delete", "cluster");
  await run(plane.kwokctl, args, { seconds: 60, env });
  for (const end = Date.now() + 10_000; agent !== undefined && isAlive(agent) && Date.now() < end;) await sleep(50);
  await rm(folder, { recursive: true, force: true });
}
