import type { V1Pod } from "@kubernetes/client-node";
import { isReady } from "../mesh/istio/pods";
import { samples } from "./workloads";

/** What happened to a workload's pods while it was watched. */
export interface WorkloadReport {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
  /** How many pods were recreated. */
  readonly restarted: number;
  /** The lowest number of ready pods at any moment. */
  readonly leastReady: number;
}

export type PodChange = "ADDED" | "MODIFIED" | "DELETED";

/** Follows the pods of the sample workloads, change by change. */
export class Readiness {
  private readonly ready = new Map<string, Set<string>>(samples.map(({ name }) => [name, new Set()]));
  private readonly known = new Map<string, Set<string>>(samples.map(({ name }) => [name, new Set()]));
  private least = new Map<string, number>();
  private before = new Map<string, ReadonlySet<string>>();

  /** Takes in a change of a pod. */
  public see(change: PodChange, pod: V1Pod): void {
    const name = pod.metadata?.labels?.["app"] ?? "";
    const uid = pod.metadata?.uid ?? "";
    const ready = this.ready.get(name);
    if (ready === undefined) return;
    this.known.get(name)?.add(uid);
    if (change !== "DELETED" && isReady(pod)) ready.add(uid);
    else ready.delete(uid);
    this.least.set(name, Math.min(this.least.get(name) ?? ready.size, ready.size));
  }

  /** Whether every workload has all its pods ready. */
  public get complete(): boolean {
    return samples.every(({ name, replicas }) => this.ready.get(name)?.size === replicas);
  }

  /** Begins to count anew, from what is ready now. */
  public begin(): void {
    this.least = new Map([...this.ready].map(([name, uids]) => [name, uids.size]));
    this.before = new Map([...this.known].map(([name, uids]) => [name, new Set(uids)]));
  }

  /** What happened since {@link begin}. */
  public report(): readonly WorkloadReport[] {
    return samples.map(({ kind, name, replicas }) => {
      const before = this.before.get(name) ?? new Set();
      const restarted = [...(this.known.get(name) ?? [])].filter((uid) => !before.has(uid)).length;
      return { kind, name, replicas, restarted, leastReady: this.least.get(name) ?? 0 };
    });
  }
}
