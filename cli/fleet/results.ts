import type { EndReport } from "../../cluster/faults/endFaults";
import type { MeshStatus } from "../../cluster/meshStatus";
import type { Drift } from "../../delivery/drift/drift";
import type { FleetCommand, FleetRow } from "../../delivery/fleet/report";
import { countText } from "../../delivery/fleet/text";
import type { FaultsStatus } from "../mesh/faultsCommand";

/** What a stack's own command left. */
export interface Ended {
  readonly code: number;
  /** The end of what it printed for people. */
  readonly log: string;
  /** What it printed as JSON; empty where it printed none. */
  readonly output: string;
}

/** What became of a stack, as a report says it. */
export type Result = Pick<FleetRow, "outcome" | "what" | "details" | "code">;

/** Exit code of the commands that look, where there is something to do. */
const foundCode = 3;

function statusResult({ wanted, controlPlanes, missing, unfinished, outdated }: MeshStatus): Partial<Result> {
  const details = [...missing, ...unfinished, ...outdated.map((name) => `${name}: its sidecar is outdated`)];
  const ready = [...new Set(controlPlanes.flatMap((one) => one.ready))];
  const runs = ready.length === 0 ? "no control plane runs" : `${ready.join(" and ")} runs`;
  const rest = [
    ...(ready.includes(wanted) ? [] : [`${wanted} is wanted`]),
    ...(details.length === 0 ? [] : [`${countText(details.length, "thing")} to do`]),
  ];
  return { what: [runs, ...rest].join(", "), details };
}

function driftResult({ drifted, unknown }: Drift): Partial<Result> {
  const kinds = { missing: "is missing", additional: "nobody asked for it", changed: "changed" };
  const details = [
    ...drifted.map(({ name, kind }) => `${name}: ${kinds[kind]}`),
    ...unknown.map(({ name, why }) => `${name}: not compared, ${why}`),
  ];
  const rest = unknown.length === 0 ? "" : `, ${String(unknown.length)} not compared`;
  return { what: `${countText(drifted.length, "object")} drifted${rest}`, details };
}

const holdingText = (proxies: number) => `${String(proxies)} proxies still have some`;

function faultsResult({ active, proxies }: FaultsStatus): Partial<Result> {
  const details = active.map(({ effect, start, end }) => `${effect}; since ${start}, until ${end}`);
  const kept = active.length === 0 && proxies.holding > 0 ? `, but ${holdingText(proxies.holding)}` : "";
  return { what: `${countText(active.length, "host")} with faults${kept}`, details };
}

function offResult({ ended, holding, silent, unmarked }: EndReport): Partial<Result> {
  const details = [
    ...(holding > 0 ? [holdingText(holding)] : []),
    ...(silent > 0 ? [`${String(silent)} proxies could not be asked`] : []),
    ...(unmarked === undefined ? [] : [`up may put them back: ${unmarked}`]),
  ];
  return {
    what: ended.length === 0 ? "no fault was active" : `${countText(ended.length, "host")} without faults again`,
    details,
  };
}

/** What Pulumi would do or has done, of the end of what it printed: `25 to create`, `9 unchanged`. */
function changesText(log: string): string | undefined {
  const lines = log.split("\n");
  const at = lines.findLastIndex((line) => line.startsWith("Resources:"));
  if (at < 0) return undefined;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.startsWith("    "));
  const counts = rest.slice(0, end < 0 ? undefined : end).map((line) => line.trim().replace(/^[+~-]+ /, ""));
  return counts.join(", ") || undefined;
}

/** Why a command failed: its last error, else its last line. */
function failureText(log: string, code: number): string {
  const lines = log.trim().split("\n");
  const error = lines.findLast((line) => line.startsWith("error: "))?.slice("error: ".length);
  // The Kubernetes provider's own words are a list, or only that the update failed; what is in its list says more.
  const vague = error !== undefined && /(errors? occurred:|update failed|preview failed)$/.test(error);
  const listed = vague ? lines.findLast((line) => /^\s+\* /.test(line))?.replace(/^\s+\* /, "") : undefined;
  return listed ?? error ?? (lines.at(-1) || `exit code ${String(code)}`);
}

/**
 * What became of a stack by what its command left.
 * @param off whether faults were to be ended
 * @param interrupted whether a person stopped the run while it was at work
 */
export function resultOf(
  command: FleetCommand,
  { code, log, output }: Ended,
  { off, interrupted }: { readonly off: boolean; readonly interrupted: boolean },
): Result {
  const looks = command !== "up" && command !== "preview";
  const went = code === 0 || (looks && code === foundCode);
  if (!went) return { outcome: interrupted ? "stopped" : "failed", what: failureText(log, code), code };
  const outcome = code === 0 ? "done" : "found";
  const texts: Record<FleetCommand, () => Partial<Result>> = {
    up: () => ({ what: changesText(log) }),
    preview: () => ({ what: changesText(log) }),
    status: () => statusResult(JSON.parse(output) as MeshStatus),
    drift: () => driftResult(JSON.parse(output) as Drift),
    faults: () => (off ? offResult(JSON.parse(output) as EndReport) : faultsResult(JSON.parse(output) as FaultsStatus)),
  };
  let found: Partial<Result>;
  try {
    found = texts[command]();
  } catch {
    return { outcome: "failed", what: "what it printed cannot be read", code };
  }
  const { what, details = [] } = found;
  return { outcome, code, ...(what === undefined ? {} : { what }), ...(details.length === 0 ? {} : { details }) };
}
