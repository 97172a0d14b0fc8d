/** What happened to an object of the cluster, and when. */
export interface ClusterEvent {
  /** Seconds since the step began. */
  readonly at: number;
  readonly kind: string;
  readonly name: string;
  readonly what: string;
}

interface Watched {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly generation?: number };
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
}

const imageOf = ({ spec }: Watched) => spec?.template?.spec?.containers?.[0]?.image?.split("/").at(-1);

/** Follows the objects that tell in which order an install or an upgrade goes: definitions, workloads, webhooks. */
export class Timeline {
  private events: ClusterEvent[] = [];
  private readonly generations = new Map<string, number>();
  private readonly images = new Map<string, string>();
  private start = Date.now();

  public begin(): void {
    this.events = [];
    this.start = Date.now();
  }

  /** Takes in a change of an object; a change of its status alone is none, nor is what a new watch tells again. */
  public see(change: string, kind: string, object: Watched): void {
    const { name = "", namespace, generation = 1 } = object.metadata ?? {};
    const path = namespace === undefined ? name : `${namespace}/${name}`;
    const key = `${kind} ${path}`;
    const image = imageOf(object);
    const before = this.images.get(key);
    if (image !== undefined) this.images.set(key, image);
    if (change !== "DELETED" && this.generations.get(key) === generation) return;
    if (change === "DELETED") this.generations.delete(key);
    else this.generations.set(key, generation);
    const moved = before !== undefined && image !== undefined && before !== image ? `${before} -> ${image}` : undefined;
    const verb = { ADDED: "created", MODIFIED: "changed", DELETED: "deleted" }[change] ?? change;
    const what = moved ?? (image === undefined || change !== "ADDED" ? verb : `${verb}, ${image}`);
    this.events.push({ at: (Date.now() - this.start) / 1000, kind, name: path, what });
  }

  /** Every event by itself. */
  public get all(): readonly ClusterEvent[] {
    return this.events;
  }

  /** The events, with runs of the same thing done to objects of one kind as one line. */
  public report(): readonly ClusterEvent[] {
    const lines: (ClusterEvent & { count: number })[] = [];
    for (const event of this.events) {
      const last = lines.at(-1);
      if (last?.kind === event.kind && last.what === event.what) {
        last.count += 1;
        lines[lines.length - 1] = { ...last, name: `${String(last.count)} of them` };
      } else lines.push({ ...event, count: 1 });
    }
    return lines.map(({ at, kind, name, what }) => ({ at, kind, name, what }));
  }
}
