import { applyObjects } from "../../../lab/planeFile";
import { Readiness } from "../../../rehearse/readiness";
import { Timeline, type ClusterEvent } from "../../../rehearse/timeline";
import { follow } from "../../../rehearse/watch";
import { sampleObjects } from "../../../rehearse/workloads";
import type { Lab } from "./lab";
import { until } from "./until";

/** The sample workloads of an instance, followed by watches: no moment is missed. */
export class Followed {
  private constructor(
    private readonly readiness: Readiness,
    private readonly timeline: Timeline,
    public readonly end: () => void,
  ) {}

  /**
   * Creates them and waits until all are ready.
   * @param objects with more than the samples have
   */
  public static async create(
    { plane }: Lab,
    namespace: string,
    objects: readonly object[] = sampleObjects(namespace),
  ): Promise<Followed> {
    const readiness = new Readiness();
    const timeline = new Timeline();
    const followed = new Followed(readiness, timeline, await follow(plane.kubeconfig, namespace, readiness, timeline));
    await applyObjects(plane.plane, objects);
    await until("the sample workloads are ready", () => Promise.resolve(readiness.complete));
    return followed;
  }

  public begin(): void {
    this.readiness.begin();
    this.timeline.begin();
  }

  /** Pods recreated, and the least number of ready ones, by workload. */
  public report() {
    return this.readiness.report();
  }

  public events(): readonly ClusterEvent[] {
    return this.timeline.all;
  }
}
