import { findLeftovers, isRemovable, removeLeftover } from "../../cluster/capture/clean";
import { reasonOf, unlessInternal } from "../../cluster/client/errors";
import type { Cluster } from "../../cluster/client/kubernetesClient";
import { leftoverText } from "../../mesh/capture/leftovers";
import { ask, canAsk } from "../terminal/ask";
import { errorColors } from "../terminal/colors";

/** Exit code where something is left. */
const leftCode = 3;

/** Removes what captures left: ours that are over at once, others' after a question. */
export async function cleanCaptures(
  cluster: Cluster,
  namespace: string,
  { yes = false, json = false }: { readonly yes?: boolean; readonly json?: boolean },
  say: (line: string) => void,
): Promise<void> {
  const { found, unseen } = await findLeftovers(cluster, namespace);
  const results: { readonly what: string; readonly removed: boolean; readonly why?: string }[] = [];
  for (const one of found) {
    const what = leftoverText(one);
    if (!isRemovable(one)) {
      results.push({ what, removed: false, why: "it cannot be removed: it goes with its pod" });
      continue;
    }
    const may = one.isOver || yes || (canAsk() && (await ask(`Remove the ${what}? Somebody may be using it.`)));
    if (!may) {
      results.push({ what, removed: false, why: "somebody may be using it: --yes removes it" });
      continue;
    }
    try {
      await removeLeftover(cluster, one);
      results.push({ what, removed: true });
    } catch (error) {
      unlessInternal(error);
      results.push({ what, removed: false, why: reasonOf(error) });
    }
  }
  if (json) process.stdout.write(`${JSON.stringify({ leftovers: results, unseen }, undefined, 2)}\n`);
  else {
    for (const { what, removed, why = "" } of results)
      say(removed ? errorColors.green(`removed: ${what}`) : errorColors.yellow(`left: ${what}; ${why}`));
    if (found.length === 0) say(errorColors.green("no capture left anything"));
    if (unseen.length > 0) say(errorColors.yellow(`not looked at, for lack of rights: ${unseen.join(", ")}`));
  }
  if (results.some(({ removed }) => !removed)) process.exitCode = leftCode;
}
