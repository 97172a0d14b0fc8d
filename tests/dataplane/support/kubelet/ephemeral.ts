import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import type { Processes } from "./exec";
import { containerOf, processArgs, type PodPlace } from "./pods";

/** Why images never arrive whose names have this. */
const absent = {
  "no-such-image": { reason: "ImagePullBackOff", message: "not found" },
  "slow-image": { reason: "ContainerCreating" },
};

/** Runs the ephemeral containers that pods get, each once. */
export class EphemeralContainers {
  private readonly states = new Map<string, V1ContainerStatus>();

  public constructor(
    private readonly folder: string,
    private readonly processes: Processes,
  ) {}

  /** File with what one printed. */
  public logOf(pod: V1Pod, name: string): string {
    return `${this.folder}/ephemeral-${pod.metadata?.uid ?? ""}-${name}.log`;
  }

  /** Whether commands can be run in one. */
  public isRunning(pod: V1Pod, name: string): boolean {
    return this.states.get(`${pod.metadata?.uid ?? ""}/${name}`)?.state?.running !== undefined;
  }

  /** Starts those that are new. @returns the states of all, where the pod does not tell them yet */
  public turn(pod: V1Pod, place: PodPlace): readonly V1ContainerStatus[] | undefined {
    const names = (pod.spec?.ephemeralContainers ?? []).map(({ name }) => name);
    const states = names.map((name) => this.stateOf(pod, place, name));
    const told = pod.status?.ephemeralContainerStatuses ?? [];
    const isTold = states.every(
      ({ name, state }) =>
        Object.keys(told.find((one) => one.name === name)?.state ?? {})[0] === Object.keys(state ?? {})[0],
    );
    return isTold ? undefined : states;
  }

  private stateOf(pod: V1Pod, place: PodPlace, name: string): V1ContainerStatus {
    const key = `${pod.metadata?.uid ?? ""}/${name}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const container = containerOf(pod, name);
    if (container === undefined) throw new Error(`no container ${name}`);
    const common = { name, image: container.image, imageID: "", restartCount: 0 };
    const set = (state: V1ContainerStatus) => {
      this.states.set(key, state);
      return state;
    };
    const why = Object.entries(absent).find(([image]) => container.image.includes(image))?.[1];
    if (why !== undefined) return set({ ...common, ready: false, state: { waiting: why } });
    const child = this.processes.start(pod, processArgs(place, container, container.command));
    this.write(child, this.logOf(pod, name));
    child.once("close", (code) =>
      set({ ...common, ready: false, state: { terminated: { exitCode: code ?? 137, finishedAt: new Date() } } }),
    );
    return set({ ...common, ready: true, state: { running: { startedAt: new Date() } } });
  }

  private write(child: ChildProcess, file: string): void {
    const log = createWriteStream(file);
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once("close", () => log.end());
  }
}
