import { setTimeout as sleep } from "node:timers/promises";
import { marksOf } from "../mesh/faults/parts";
import { reasonOf } from "./errors";
import { faultParts, removeParts, writeMark, type FaultPart } from "./faultParts";
import type { Cluster } from "./kubernetes";
import { readPlanes } from "./planes";
import { holding } from "./sidecars";

/** How long the proxies may take until they have dropped what is gone, in seconds. */
const patience = 60;

/** How the end of faults went. */
export interface EndReport {
  /** Names of the VirtualServices that were removed. */
  readonly ended: readonly string[];
  /** Whether any control plane is ready: without one the proxies keep what they have. */
  readonly istiod: boolean;
  /** Proxies that said that they have dropped it, and that said that they have not. */
  readonly dropped: number;
  readonly holding: number;
  /** Proxies that could not be asked, and why the first could not. */
  readonly silent: number;
  readonly why?: string;
  /** Why the next update may put the settings' faults back; absent where it does not. */
  readonly unmarked?: string;
}

/** Whether a drill is one of the command `drill`, which no update puts in. */
const isCommands = (drill: string) => drill.includes("/");

const isActing = ({ kind }: Pick<FaultPart, "kind">) => kind === "VirtualService";

/** Waits until the proxies have dropped VirtualServices that are gone, or a minute. */
export async function dropped(cluster: Cluster, namespace: string, names: readonly string[]) {
  const planes = await readPlanes(cluster).catch(() => []);
  const istiod = planes.some(({ ready }) => ready.length > 0);
  // Without istiod nobody tells them: asking once is enough.
  for (const end = Date.now() + (istiod ? patience : 0) * 1000; ;) {
    const asked = await holding(cluster, namespace, names).catch((error: unknown) => ({
      ...{ answers: [], silent: 0, holding: 0 },
      why: reasonOf(error),
    }));
    if (asked.holding > 0 && Date.now() < end) {
      await sleep(500);
      continue;
    }
    const { silent, why } = asked;
    const counts = { dropped: asked.answers.length - asked.holding, holding: asked.holding, silent };
    return { istiod, ...counts, ...(why === undefined ? {} : { why }) };
  }
}

/**
 * Ends every fault of a namespace, by label; the next update does not put them back.
 * @param settled the drill of the settings, which is not put back either
 * @throws Error with one line when the API server does not let it
 */
export async function endFaults(
  cluster: Cluster,
  namespace: string,
  settled: string | undefined,
  log: (line: string) => void,
): Promise<EndReport> {
  const parts = await faultParts(cluster, namespace);
  const drills = new Set(
    parts.flatMap(({ annotations = {} }) => annotations[marksOf.drill] ?? []).filter((drill) => !isCommands(drill)),
  );
  if (settled !== undefined) drills.add(settled);
  // First: an update that runs meanwhile must not put them back.
  const unmarked = drills.size === 0 ? undefined : await writeMark(cluster, namespace, [...drills]);
  await removeParts(cluster, namespace, parts);
  const names = parts.filter(isActing).map(({ name }) => name);
  for (const name of names) log(`${name}: removed`);
  const report = { ended: names, ...(unmarked === undefined ? {} : { unmarked }) };
  if (names.length === 0) return { ...report, istiod: true, dropped: 0, holding: 0, silent: 0 };
  log("asking the proxies whether they have dropped it");
  return { ...report, ...(await dropped(cluster, namespace, names)) };
}
