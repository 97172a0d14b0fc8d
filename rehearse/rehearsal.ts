import { CommandError, type Stack } from "@pulumi/pulumi/automation";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabControlPlane } from "../lab/controlPlane";
import { applyObjects } from "../lab/planeFile";
import type { Ended } from "../tools/run";
import { lostSince, readIdentities } from "./identities";
import { proxyVersions } from "./proxies";
import { Readiness, type WorkloadReport } from "./readiness";
import { Steps, type Step } from "./steps";
import { Timeline, type ClusterEvent } from "./timeline";
import { follow } from "./watch";
import { sampleObjects } from "./workloads";

/** What one deployment of a rehearsal did. */
export interface Phase {
  readonly name: string;
  /** Istio version that it wants. */
  readonly version: string;
  readonly succeeded: boolean;
  readonly seconds: number;
  /** Why the preview refuses it, or why it failed. */
  readonly errors: readonly string[];
  /** What the gate and the program said. */
  readonly notes: readonly string[];
  /** What Pulumi did, in its order. */
  readonly steps: readonly Step[];
  /** What happened in the cluster, in its order. */
  readonly cluster: readonly ClusterEvent[];
  /** What happened to the sample workloads; empty where there were none yet. */
  readonly workloads: readonly WorkloadReport[];
  /** Proxies by version after it. */
  readonly proxies: Readonly<Record<string, number>>;
  /** What was there before and is gone, or was made anew, a line each; only of an adoption. */
  readonly lost?: readonly string[];
}

/** What of a phase its own work tells. */
type Done = Pick<Phase, "succeeded" | "seconds" | "errors" | "notes" | "steps" | "lost">;

/** Deploys to a lab's control plane and follows what happens. */
export class Rehearsal {
  private readonly readiness = new Readiness();
  private readonly timeline = new Timeline();
  private running = false;
  private unfollow: (() => void) | undefined;

  public constructor(
    private readonly plane: LabControlPlane,
    private readonly namespace: string,
    private readonly progress: (line: string) => void,
  ) {}

  /** Begins to follow the cluster. */
  public async start(): Promise<void> {
    this.unfollow = await follow(this.plane.kubeconfig, this.namespace, this.readiness, this.timeline);
    // What is there already is told first.
    await sleep(500);
  }

  public end(): void {
    this.unfollow?.();
  }

  /** Creates the sample workloads and waits until all their pods are ready. */
  public async createWorkloads(): Promise<void> {
    await applyObjects(this.plane.plane, sampleObjects(this.namespace));
    for (let turn = 0; !this.readiness.complete; turn++) {
      if (turn > 600) throw new Error(`the sample workloads of ${this.namespace} do not become ready`);
      await sleep(100);
    }
    this.running = true;
  }

  /** Previews and deploys. A refusal in the preview is part of the report, and nothing is deployed. */
  public deploy(name: string, version: string, stack: Stack): Promise<Phase> {
    return this.phase(name, version, async () => {
      const preview = new Steps();
      const previewed = await attempt(preview, () => stack.preview({ onEvent: preview.see }));
      const steps = new Steps(({ operation, resource, seconds, failed }) => {
        this.progress(`  ${failed ? "failed: " : ""}${operation} ${resource}, ${seconds.toFixed(1)} s`);
      });
      const succeeded = previewed && (await attempt(steps, () => stack.up({ onEvent: steps.see })));
      const { seconds, errors, notes } = previewed ? steps : preview;
      return { succeeded, seconds, errors, notes, steps: previewed ? steps.done : [] };
    });
  }

  /** Adopts the mesh that is there by this program's own command. */
  public adopt(name: string, version: string, adopting: () => Promise<Ended>): Promise<Phase> {
    return this.phase(name, version, async () => {
      const before = await readIdentities(this.plane, this.namespace);
      const start = Date.now();
      const { code, stderr, stdout } = await adopting();
      const seconds = (Date.now() - start) / 1000;
      const lost = lostSince(before, await readIdentities(this.plane, this.namespace));
      this.progress(code === 0 ? stdout.trimEnd() : `${stdout}${stderr}`.trimEnd());
      // What comes before it is progress.
      const errors = code === 0 ? [] : [stderr.slice(Math.max(0, stderr.lastIndexOf("error:"))).trim()];
      return { succeeded: code === 0, seconds, errors, notes: [], steps: [], lost };
    });
  }

  /** Does something and tells what happens meanwhile. */
  private async phase(name: string, version: string, work: () => Promise<Done>): Promise<Phase> {
    this.timeline.begin();
    this.readiness.begin();
    const done = await work();
    return {
      name,
      version,
      ...done,
      cluster: this.timeline.report(),
      workloads: this.running ? this.readiness.report() : [],
      proxies: await proxyVersions(this.plane, this.namespace),
    };
  }
}

async function attempt(steps: Steps, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (steps.errors.length === 0)
      steps.errors.push(error.message.split("\n").find((line) => /error:/.test(line)) ?? "");
    return false;
  }
}
