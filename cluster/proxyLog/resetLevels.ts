import type { V1Pod } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { levelsBefore, type LogMark } from "../../mesh/proxyLog/mark";
import { isDenied, isNotFound, reasonOf, unlessInternal } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { hasMark, removeMark } from "./marks";
import { isStill, setLevels } from "./proxyLevels";

/** How a proxy's levels are after a run: as before, gone with their pod, or still raised. */
export type Restored = { readonly levels: "back" | "gone" } | { readonly levels: "left"; readonly why: string };

/** How often it is tried, and how long it is waited before each try but the first, in milliseconds. */
const [tries, pauseMs] = [12, 5000];

/**
 * Gives a proxy the levels back that its mark tells of, and takes the mark away. Tries again for a minute: a connection may be lost.
 * @param once whether it is tried once only
 */
export async function restoreLevels(
  cluster: Cluster,
  pod: V1Pod,
  mark: LogMark,
  { once = false }: { readonly once?: boolean } = {},
): Promise<Restored> {
  for (let turn = 1; ; turn++) {
    try {
      // Somebody has put them back already, and perhaps begun to follow it: its levels are theirs then.
      if (!(await hasMark(cluster, pod, mark.run))) return { levels: "back" };
      await setLevels(cluster, pod, (now) => levelsBefore(mark, now));
      await removeMark(cluster, pod, mark.run);
      return { levels: "back" };
    } catch (error) {
      unlessInternal(error);
      // A level lives no longer than its container.
      const is = isNotFound(error) ? false : await isStill(cluster, pod).catch(() => true);
      if (!is) return { levels: "gone" };
      if (once || turn === tries || isDenied(error)) return { levels: "left", why: reasonOf(error) };
    }
    await sleep(pauseMs);
  }
}
