import { connect } from "../cluster/client/kubernetesClient";
import { readEndedDrills } from "../cluster/faults/endedByHand";
import { endFaults, type Dropped, type EndReport } from "../cluster/faults/endFaults";
import { readFaultObjects } from "../cluster/faults/faultObjects";
import { proxiesHolding, readFaultCounters } from "../cluster/faults/sidecarAdmin";
import { drillOf } from "../mesh/faults/drill";
import type { FoundFaultObject } from "../mesh/faults/endingFaults";
import { countedSince, countersText, type FaultCounters } from "../mesh/faults/faultCounters";
import { endLine, faultAnnotations, isActing } from "../mesh/faults/faultObjects";
import { meshPlan } from "../mesh/meshPlan";
import type { Settings } from "../settings/types";
import { outColors } from "./colors";
import { endSoon } from "./ending";
import { readLocation, readStack, type InstanceLocation } from "./stackFile";
import { clusterError } from "./clusterError";

/** Exit code where faults are active, or proxies still hold some after their end. */
const activeCode = 3;

/** An active fault. */
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
  readonly hits: FaultCounters;
  /** Whether the settings' drill was ended by hand and is not put back. */
  readonly ended: boolean;
}

function activeOf({ name, annotations = {} }: FoundFaultObject): Active {
  const mark = (key: keyof typeof faultAnnotations) => annotations[faultAnnotations[key]] ?? "unknown";
  return { name, effect: mark("effect"), drill: mark("drill"), start: mark("start"), end: mark("end") };
}

async function readFaults(settings: Settings): Promise<FaultsStatus> {
  const { stack, namespace } = settings;
  const cluster = await connect(settings.kubernetes);
  const [parts, mark] = await Promise.all([readFaultObjects(cluster, namespace), readEndedDrills(cluster, namespace)]);
  const active = parts.filter(isActing).map(activeOf);
  // Also where none is in: without istiod proxies keep what is gone.
  const [held, { answers }] = await Promise.all([
    proxiesHolding(cluster, namespace),
    readFaultCounters(cluster, namespace),
  ]);
  const { silent, holding: count } = held;
  const why = held.why === undefined ? {} : { why: held.why };
  const proxies = { holding: count, asked: held.answers.length, silent, ...why };
  const hits = countedSince(answers);
  return { stack, namespace, active, proxies, hits, ended: mark.includes(drillOf(meshPlan(settings))) };
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
  const until = end === "none" ? "until it is removed" : `until ${end}${past ? outColors.red(" (past)") : ""}`;
  return `${outColors.yellow("!")} ${effect}; since ${since}, ${until} (${name}, drill ${drill})`;
}

function heldText({ holding: count, asked, silent, why = "" }: FaultsStatus["proxies"]): string {
  const rest = silent > 0 ? `, ${String(silent)} could not be asked: ${why}` : "";
  return `${String(count)} of ${String(asked)} asked proxies have them${rest}`;
}

function faultsText({ stack, namespace, active, proxies, hits, ended }: FaultsStatus): string {
  if (active.length === 0) {
    const kept =
      proxies.holding > 0 ? [outColors.red(`their objects are gone, but ${heldText(proxies)}: is istiod down?`)] : [];
    const unasked =
      proxies.silent > 0 ? [`${String(proxies.silent)} proxies could not be asked: ${proxies.why ?? ""}`] : [];
    const note = ended ? ["the settings' faults were ended by hand; up does not put them back"] : [];
    return [outColors.green(`stack ${stack}: no fault is active`), ...kept, ...unasked, ...note].join("\n");
  }
  return [
    `stack ${stack}, namespace ${namespace}: ${String(active.length)} hosts with faults`,
    ...active.map(activeLine),
    heldText(proxies),
    `since the proxies started: ${countersText(hits)}`,
    `to end every fault: npm run mesh -- faults ${stack} --off`,
    `or: ${endLine(namespace)}`,
  ].join("\n");
}

/** What to say of proxies after an end. */
export function proxiesText({ istiod, dropped, holding: held, silent, why }: Dropped): readonly string[] {
  const asked = dropped + held;
  return [
    ...(asked > 0 ? [`${String(dropped)} of ${String(asked)} asked proxies are without it`] : []),
    ...(silent > 0 ? [`${String(silent)} could not be asked: ${why ?? ""}`] : []),
    ...(istiod === "down" ? ["istiod is down: proxies that have a fault keep it until istiod is back"] : []),
  ];
}

/** Whether every proxy said that it is without faults. */
export const isConfirmed = ({ holding: held, silent }: Dropped) => held === 0 && silent === 0;

async function off(place: InstanceLocation, settings: Settings | undefined): Promise<EndReport> {
  const cluster = await connect(place.kubernetes);
  const on = settings !== undefined && settings.faultInjection.enabled && settings.faultInjection.faults.length > 0;
  const drill = on ? drillOf(meshPlan(settings)) : undefined;
  return endFaults(cluster, place.namespace, drill, (line) => process.stderr.write(`${line}\n`));
}

function offText(stack: string, report: EndReport): string {
  const { ended, unmarked } = report;
  const head =
    ended.length === 0
      ? outColors.green(`stack ${stack}: no fault was active`)
      : outColors.green(`stack ${stack}: ${String(ended.length)} hosts are without their faults again`);
  const put =
    unmarked === undefined
      ? []
      : [outColors.yellow(`up may put them back (${unmarked}): set faultInjection.enabled: false before`)];
  return [head, ...proxiesText(report), ...put].join("\n");
}

const print = (json: boolean | undefined, value: object, text: string) =>
  process.stdout.write(`${json === true ? JSON.stringify(value, undefined, 2) : text}\n`);

/** Ends every fault; of a stack file that is wrong elsewhere only the place is read. */
async function end(stack: string, json: boolean | undefined): Promise<void> {
  const { place, settings, problems } = readLocation(stack);
  if (problems !== undefined) process.stderr.write(`${problems}\nIts faults are ended nevertheless.\n`);
  const report = await off(place, settings).catch((error: unknown) => {
    throw clusterError("the faults cannot be ended", error, `By hand: ${endLine(place.namespace)}`);
  });
  print(json, report, offText(stack, report));
  if (!isConfirmed(report) || report.unmarked !== undefined) process.exitCode = activeCode;
}

/** Shows the faults that are active, or ends every one of them: without engine, charts and the stack's lock. */
export async function faults(
  stack: string,
  options: { readonly off?: boolean; readonly json?: boolean },
): Promise<void> {
  if (options.off === true) {
    await end(stack, options.json);
    endSoon();
    return;
  }
  const found = await readFaults(readStack(stack)).catch((error: unknown) => {
    throw clusterError("the cluster cannot be read", error);
  });
  print(options.json, found, faultsText(found));
  if (found.active.length + found.proxies.holding > 0) process.exitCode = activeCode;
  endSoon();
}
