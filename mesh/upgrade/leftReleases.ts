import { systemNamespace } from "../istio/names";
import type { JudgedMesh, ObservedMesh } from "./gateTypes";
import { hasMark, isHalfMade, recordsOf } from "./helmHistory";

/**
 * Names releases that a run of this stack began and that was broken off, where the settings no longer ask for them: the state does not
 * know them, so that nothing would ever remove them.
 */
export function leftReleases({ records }: ObservedMesh, wanted: JudgedMesh): readonly string[] {
  const { asked = [], releases, known, stack } = wanted;
  const marked = records.filter((record) => hasMark(record, records, stack)).map(({ release }) => release);
  const names = [...new Set([...asked, ...marked])].sort();
  const dropped = names.filter((name) => !releases.includes(name) && !known.some((one) => one.name === name));
  return dropped.flatMap((name) => {
    const own = recordsOf(records, name);
    const last = own.at(-1);
    if (last === undefined || last.status === "uninstalled") return [];
    // Without a mark only the run right after it can name it.
    if (!isHalfMade(own, wanted) && !hasMark(last, records, stack)) return [];
    return [
      `release ${name} (${last.status}) was left by a run that was broken off; neither the settings nor the state have it, so it stays. ` +
        `To remove it: helm -n ${systemNamespace} uninstall ${name}`,
    ];
  });
}
