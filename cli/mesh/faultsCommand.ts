import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { readEndedDrills } from "../../cluster/faults/endedByHand";
import { readFaultObjects, unseenText, type SeenFaultObjects } from "../../cluster/faults/faultObjects";
import { reaperTrouble } from "../../cluster/faults/reaper";
import { proxiesHolding, readFaultCounters } from "../../cluster/faults/sidecarAdmin";
import { drillOf } from "../../mesh/faults/drill";
import type { FoundFaultObject } from "../../mesh/faults/endingFaults";
import { countedSince, countersText, type FaultCounters } from "../../mesh/faults/faultCounters";
import { endLine, faultAnnotations, isActing } from "../../mesh/faults/faultObjects";
import { meshPlan } from "../../mesh/meshPlan";
import type { Settings } from "../../settings/types";
import { spanText } from "../../tools/spanText";
import { outColors } from "../terminal/colors";
import { activeCode, endExpiredOf, endFaultsOf } from "./endFaultsCommand";
import { readStack } from "../stack/stackFile";
import { clusterError } from "../terminal/clusterError";
import { UserError } from "../terminal/userError";

/** An active fault. */
interface Active {
  readonly name: string;
  readonly effect: string;
  readonly drill: string;
  readonly start: string;
  readonly end: string;
}

/** What ends a drill's faults in the cluster. */
interface Reaper {
  /** Its Job; absent where it has none. */
  readonly job?: string;
  readonly drill: string;
  readonly end: string;
  /** Why it would not end them; absent where it would. */
  readonly trouble?: string;
}

/** What `mesh faults` prints as JSON. */
export interface FaultsStatus {
  readonly stack: string;
  readonly namespace: string;
  readonly active: readonly Active[];
  /** Those of the active faults. */
  readonly reapers: readonly Reaper[];
  /** Kinds of parts of faults that may not be listed. */
  readonly unseen: readonly string[];
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

/** The reapers of the active faults that have an end. */
async function reapersOf(
  cluster: Cluster,
  namespace: string,
  { found, unseen }: SeenFaultObjects,
): Promise<readonly Reaper[]> {
  if (unseen.includes("Job")) return [];
  const ends = new Map(found.filter(isActing).map((one) => [activeOf(one).drill, activeOf(one).end]));
  return Promise.all(
    [...ends]
      .filter(([, end]) => end !== "none")
      .map(async ([drill, end]) => {
        const job = found.find((one) => one.kind === "Job" && activeOf(one).drill === drill)?.name;
        if (job === undefined) return { drill, end, trouble: "no Job ends them" };
        const trouble = await reaperTrouble(cluster, namespace, job);
        return { job, drill, end, ...(trouble === undefined ? {} : { trouble }) };
      }),
  );
}

async function readFaults(settings: Settings): Promise<FaultsStatus> {
  const { stack, namespace } = settings;
  const cluster = await connect(settings.kubernetes);
  const [seen, mark] = await Promise.all([readFaultObjects(cluster, namespace), readEndedDrills(cluster, namespace)]);
  const { found, unseen } = seen;
  const active = found.filter(isActing).map(activeOf);
  // Also where none is in: without istiod proxies keep what is gone.
  const [held, { answers }, reapers] = await Promise.all([
    proxiesHolding(cluster, namespace),
    readFaultCounters(cluster, namespace),
    reapersOf(cluster, namespace, seen),
  ]);
  const { silent, holding: count } = held;
  const why = held.why === undefined ? {} : { why: held.why };
  const proxies = { holding: count, asked: held.answers.length, silent, ...why };
  const hits = countedSince(answers);
  const ended = mark.includes(drillOf(meshPlan(settings)));
  return { stack, namespace, active, reapers, unseen, proxies, hits, ended };
}

function activeLine({ name, effect, drill, start, end }: Active): string {
  const since = Number.isNaN(Date.parse(start)) ? start : `${start} (${spanText(Date.now() - Date.parse(start))})`;
  const past = Date.parse(end) < Date.now();
  const until = end === "none" ? "until it is removed" : `until ${end}${past ? outColors.red(" (past)") : ""}`;
  return `${outColors.yellow("!")} ${effect}; since ${since}, ${until} (${name}, drill ${drill})`;
}

function reaperLine({ job, drill, end, trouble }: Reaper): string {
  if (job === undefined) return `no Job ends those of drill ${drill} at ${end}: the first up after it does`;
  if (trouble === undefined) return `Job ${job} ends those of drill ${drill}, at ${end} at the latest`;
  return outColors.red(`${trouble}: nothing ends those of drill ${drill} at ${end} but up`);
}

function heldText({ holding: count, asked, silent, why = "" }: FaultsStatus["proxies"]): string {
  const rest = silent > 0 ? `, ${String(silent)} could not be asked: ${why}` : "";
  return `${String(count)} of ${String(asked)} asked proxies have them${rest}`;
}

function faultsText({ stack, namespace, active, reapers, unseen, proxies, hits, ended }: FaultsStatus): string {
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
    ...reapers.map(reaperLine),
    ...(unseen.length === 0 ? [] : [unseenText(unseen)]),
    heldText(proxies),
    `since the proxies started: ${countersText(hits)}`,
    `to end every fault: npm run mesh -- faults ${stack} --off`,
    `or: ${endLine(namespace)}`,
  ].join("\n");
}

/** Shows the faults that are active, or ends every one of them: without engine, charts and the stack's lock. */
export async function faults(
  stack: string,
  {
    off = false,
    all = false,
    expired = false,
    json,
  }: { readonly off?: boolean; readonly all?: boolean; readonly expired?: boolean; readonly json?: boolean },
): Promise<void> {
  if (all && !off) throw new UserError("--all goes with --off: it ends the faults of every namespace");
  if (expired && (all || !off)) throw new UserError("--expired goes with --off alone: it ends what is past its end");
  if (off) {
    await (expired ? endExpiredOf(stack, { json }) : endFaultsOf(stack, { json, all }));
    return;
  }
  const found = await readFaults(readStack(stack)).catch((error: unknown) => {
    throw clusterError("the cluster cannot be read", error);
  });
  process.stdout.write(`${json === true ? JSON.stringify(found, undefined, 2) : faultsText(found)}\n`);
  if (found.active.length + found.proxies.holding > 0) process.exitCode = activeCode;
}
