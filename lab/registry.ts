import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../tools/run";
import { controlPlaneOf, startControlPlane, type LabControlPlane, type StartOptions } from "./controlPlane";
import { Locked, takeLock } from "./lock";
import { readLabInfo, stopControlPlane, type LabInfo } from "./planeFile";

/** State of a control plane that `lab up` started. */
export interface LabStatus {
  /** Kubernetes `major.minor`. */
  readonly kubernetes: string;
  /** `up`: it answers; `broken`: something of it runs no more, `up` recreates it. */
  readonly state: "up" | "broken";
  readonly kubeconfig: string;
  /** What does not answer. */
  readonly missing: readonly string[];
}

/** The control planes that stay until they are taken down, one of each Kubernetes minor; kept in a folder of files. */
export class LabRegistry {
  public constructor(private readonly folder: string) {}

  private pointer(minor: string): string {
    return join(this.folder, `${minor}.json`);
  }

  /** Kubernetes minors of those that were started and not taken down. */
  public minors(): readonly string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .map((file) => /^(\d+\.\d+)\.json$/.exec(file)?.[1])
      .filter((minor) => minor !== undefined)
      .sort();
  }

  /** What was written when it was started; `undefined` where its folder is gone, after a reboot for example. */
  private plane(minor: string): LabInfo | undefined {
    try {
      const { folder } = JSON.parse(readFileSync(this.pointer(minor), "utf8")) as { folder: string };
      return readLabInfo(folder);
    } catch {
      return undefined;
    }
  }

  public async status(minor: string): Promise<LabStatus> {
    const plane = this.plane(minor);
    if (plane === undefined) return { kubernetes: minor, state: "broken", kubeconfig: "", missing: ["its folder"] };
    const answers = await controlPlaneOf(plane)
      .kubectl("get", "--raw", "/readyz", "--request-timeout", "5s")
      .catch(() => "");
    const missing = [
      ...(answers === "ok" ? [] : ["kube-apiserver"]),
      ...(isAlive(plane.agent ?? 0) ? [] : ["the lab's agent"]),
    ];
    const state = missing.length === 0 ? "up" : "broken";
    return { kubernetes: minor, state, kubeconfig: plane.kubeconfig, missing };
  }

  /** Starts one, or finds it running; what a crash left is cleared up first. */
  public async up(
    minor: string,
    options: StartOptions,
  ): Promise<{ readonly plane: LabControlPlane; readonly new: boolean }> {
    mkdirSync(this.folder, { recursive: true });
    const release = await takeLock(join(this.folder, minor)).catch((error: unknown) => {
      if (!(error instanceof Locked)) throw error;
      throw new Error("another run is starting it. Wait for that one; if it was killed, try again in 20 s");
    });
    try {
      if (this.minors().includes(minor)) {
        const running = this.plane(minor);
        if (running !== undefined && (await this.status(minor)).state === "up")
          return { plane: controlPlaneOf(running), new: false };
        options.progress?.("clearing up what is left of an earlier one");
        await this.down(minor);
      }
      const starting = (folder: string) => {
        writeFileSync(this.pointer(minor), JSON.stringify({ folder }));
      };
      const plane = await startControlPlane(minor, { ...options, temporary: false, starting }).catch(
        (error: unknown) => {
          rmSync(this.pointer(minor), { force: true });
          throw error;
        },
      );
      return { plane, new: true };
    } finally {
      await release();
    }
  }

  /** Ends one; also what is left of it. */
  public async down(minor: string): Promise<void> {
    const plane = this.plane(minor);
    if (plane !== undefined) await stopControlPlane(plane.folder);
    rmSync(this.pointer(minor), { force: true });
  }
}
