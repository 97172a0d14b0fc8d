import { countedSince, type FaultCounters, type PodCounters } from "../../mesh/faults/faultCounters";
import type { Cluster } from "../client/kubernetesClient";
import { readFaultCounters } from "./sidecarAdmin";

/** Counts what is felt beside the rest: a proxy that does not answer holds nothing up. */
export class CounterReader {
  private before: PodCounters = [];
  private now: PodCounters = [];
  private busy: Promise<void> | undefined;

  public constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
  ) {}

  public get hits(): FaultCounters {
    return countedSince(this.now, this.before);
  }

  /** Reads what there was before the drill. */
  public async begin(): Promise<void> {
    await this.read();
    this.before = this.now;
  }

  /** Begins to read, unless it is reading. */
  public look(): void {
    this.busy ??= this.read().finally(() => (this.busy = undefined));
  }

  public async read(): Promise<void> {
    const found = await readFaultCounters(this.cluster, this.namespace).catch(() => undefined);
    if (found === undefined) return;
    // What a proxy said before counts where it says nothing now.
    this.now = [...new Map([...this.now, ...found.answers])];
  }
}
