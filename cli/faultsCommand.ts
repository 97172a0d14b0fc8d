import { endFaults, type EndReport } from "../cluster/endFaults";
import { reasonOf } from "../cluster/errors";
import { faultParts, readMark, type FaultPart } from "../cluster/faultParts";
import { connect } from "../cluster/kubernetes";
import { holding, readHits } from "../cluster/sidecars";
import { drillOf } from "../mesh/faults/drill";
import { hitsText, type Hits } from "../mesh/faults/hits";
import { endLine, marksOf } from "../mesh/faults/parts";
import type { Settings } from "../settings";
import { outColors } from "./colors";
import { readStack } from "./stackFile";
import { UserError } from "./userError";

/** Exit code where faults are in, or proxies still hold some after their end. */
const activeCode = 3;

/** A fault that is in. */
interface Active {
  readonly name: string;
  readonly effect: string;
  readonly drill: string;
  readonly start: string;
  readonly end: string;
}

/** What `mesh faults` prints as JSON. */
interface FaultsStatus {
  readonly stack: string;
  readonly namespace: string;
  readonly active: readonly Active[];
  /** Proxies that have them, that were asked, and that could not be asked. */
  readonly proxies: {
    readonly holding: number;
    readonly asked: number;
    readonly silent: number;
    readonly why?: string;
  };
  /** Since the proxies started. */
  readonly hits: Hits;
  /** Whether the settings' drill was ended by hand and is not put back. */
  readonly ended: boolean;
}

function activeOf({ name, annotations = {} }: FaultPart): Active {
  const mark = (key: keyof typeof marksOf) => annotations[marksOf[key]] ?? "unknown";
  return { name, effect: mark("effect"), drill: mark("drill"), start: mark("start"), end: mark("end") };
}

async function readFaults(settings: Settings): Promise<FaultsStatus> {
  const { stack, namespace } = settings;
  const cluster = await connect(settings.kubernetes);
  const [parts, mark] = await Promise.all([faultParts(cluster, namespace), readMark(cluster, namespace)]);
  const active = parts.filter(({ kind }) => kind === "VirtualService").map(activeOf);
  const names = active.map(({ name }) => name);
  const [held, { hits }] = await Promise.all([
    active.length === 0 ? { answers: [], silent: 0, holding: 0 } : holding(cluster, namespace, names),
    readHits(cluster, namespace),
  ]);
  const { silent, holding: count } = held;
  const why = "why" in held ? { why: held.why } : {};
  const proxies = { holding: count, asked: held.answers.length, silent, ...why };
  return { stack, namespace, active, proxies, hits, ended: mark.includes(drillOf(settings)) };
}

/** `3 min`, for a time that lies back or ahead. */
export function spanText(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 60) return `${String(seconds)} s`;
  return seconds < 5400 ? `${String(Math.round(seconds / 60))} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function activeLine({ name, effect, drill, start, end }: Active): string {
  const since = Number.isNaN(Date.parse(start)) ? start : `${start} (${spanText(Date.now() - Date.parse(start))})`;
  const past = Date.parse(end) < Date.now();
  const until = end === "none" ? "until it is taken out" : `until ${end}${past ? outColors.red(" (past)") : ""}`;
  return `${outColors.yellow("!")} ${effect}; since ${since}, ${until} (${name}, drill ${drill})`;
}

function faultsText({ stack, namespace, active, proxies, hits, ended }: FaultsStatus): string {
  if (active.length === 0) {
    const note = ended ? ["the settings' faults were ended by hand; up does not put them back"] : [];
    return [outColors.green(`stack ${stack}: no fault is in`), ...note].join("\n");
  }
  const silent = proxies.silent > 0 ? `, ${String(proxies.silent)} could not be asked: ${proxies.why ?? ""}` : "";
  return [
    `stack ${stack}, namespace ${namespace}: ${String(active.length)} hosts with faults`,
    ...active.map(activeLine),
    `${String(proxies.holding)} of ${String(proxies.asked)} asked proxies have them${silent}`,
    `since the proxies started: ${hitsText(hits)}`,
    `to end every fault: npm run mesh -- faults ${stack} --off`,
    `or: ${endLine(namespace)}`,
  ].join("\n");
}

/** What to say of proxies after an end. */
export function proxiesText({
  istiod,
  dropped,
  holding: held,
  silent,
  why,
}: Omit<EndReport, "ended">): readonly string[] {
  const asked = dropped + held;
  return [
    ...(asked > 0 ? [`${String(dropped)} of ${String(asked)} asked proxies have dropped it`] : []),
    ...(silent > 0 ? [`${String(silent)} proxies could not be asked: ${why ?? ""}`] : []),
    ...(istiod
      ? []
      : [
          "istiod is down: proxies that have a fault keep it until istiod is back; their pods lose it by a restart only then",
        ]),
  ];
}

async function off(settings: Settings): Promise<EndReport> {
  const cluster = await connect(settings.kubernetes);
  const { enabled, faults } = settings.faultInjection;
  const drill = enabled && faults.length > 0 ? drillOf(settings) : undefined;
  return endFaults(cluster, settings.namespace, drill, (line) => process.stderr.write(`${line}\n`));
}

function offText(stack: string, report: EndReport): string {
  const { ended, unmarked } = report;
  const head =
    ended.length === 0
      ? outColors.green(`stack ${stack}: no fault was in`)
      : outColors.green(`stack ${stack}: ${String(ended.length)} hosts are without their faults again`);
  const put =
    unmarked === undefined
      ? []
      : [outColors.yellow(`up may put them back (${unmarked}): set faultInjection.enabled: false before`)];
  return [head, ...(ended.length === 0 ? [] : proxiesText(report)), ...put].join("\n");
}

/** Shows the faults that are in, or ends every one of them: without engine, charts and the stack's lock. */
export async function faults(
  stack: string,
  options: { readonly off?: boolean; readonly json?: boolean },
): Promise<void> {
  const settings = readStack(stack);
  const explain = (error: unknown): never => {
    const by = options.off === true ? `. By hand: ${endLine(settings.namespace)}` : "";
    throw new UserError(`the cluster cannot be ${options.off === true ? "changed" : "read"}: ${reasonOf(error)}${by}`);
  };
  const print = (value: object, text: string) =>
    process.stdout.write(`${options.json === true ? JSON.stringify(value, undefined, 2) : text}\n`);
  if (options.off === true) {
    const report = await off(settings).catch(explain);
    print(report, offText(stack, report));
    if (report.holding > 0 || !report.istiod) process.exitCode = activeCode;
    return;
  }
  const found = await readFaults(settings).catch(explain);
  print(found, faultsText(found));
  if (found.active.length > 0) process.exitCode = activeCode;
}
