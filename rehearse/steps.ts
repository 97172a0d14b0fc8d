import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

/** One resource that Pulumi created, changed or deleted. */
export interface Step {
  readonly operation: OpType;
  /** Kind and name. */
  readonly resource: string;
  /** Seconds since the deployment began. */
  readonly at: number;
  /** How long it took, in seconds. */
  readonly seconds: number;
  readonly failed: boolean;
}

const quiet: readonly string[] = ["same", "read", "refresh"];
/** Types that are nothing in the cluster. */
const internal = /^(pulumi:|jam-istio:components:)/;

/** `Release istiod`, of a resource's URN. */
function resourceOf(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split(/[:/]/).at(-1) ?? ""} ${name}`;
}

/** The engine's text without its colours, and without the resource that a check's reason begins with. */
const plain = (text: string) =>
  text
    .replaceAll(/<\{%[^%]*%\}>/g, "")
    .replace(/^\S+ resource '[^']*' has a problem: /, "")
    .trim();

/** Reads the engine's events as they come. */
export class Steps {
  public readonly done: Step[] = [];
  /** What Pulumi reported as errors: the gate's refusals among them. */
  public readonly errors: string[] = [];
  /** What the gate and the program said. */
  public readonly notes: string[] = [];
  private readonly begun = new Map<string, number>();
  private readonly start = Date.now();

  /** @param onStep told of each step as it is done */
  public constructor(private readonly onStep: (step: Step) => void = () => undefined) {}

  public readonly see = (event: EngineEvent): void => {
    const now = (Date.now() - this.start) / 1000;
    const began = event.resourcePreEvent?.metadata;
    if (began !== undefined) this.begun.set(`${began.op} ${began.urn}`, now);
    const ended = event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
    if (ended !== undefined && !quiet.includes(ended.op) && !internal.test(ended.type)) {
      const at = this.begun.get(`${ended.op} ${ended.urn}`) ?? now;
      const failed = event.resOpFailedEvent !== undefined;
      const step = { operation: ended.op, resource: resourceOf(ended.urn), at, seconds: now - at, failed };
      this.done.push(step);
      this.onStep(step);
    }
    const said = event.diagnosticEvent;
    if (said === undefined || said.ephemeral === true) return;
    const text = plain(said.message);
    if (text === "" || /^using pulumi-(resource|language)-/.test(text) || /^(update|preview) failed$/.test(text))
      return;
    if (said.severity === "error") this.errors.push(text);
    // Also among the events, and not among their types: debug lines, which hold secrets in clear.
    else if (said.severity === "info" || said.severity === "warning") this.notes.push(text);
  };

  /** How long all of it took, in seconds. */
  public get seconds(): number {
    return (Date.now() - this.start) / 1000;
  }
}
