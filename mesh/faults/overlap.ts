import { hasLabels } from "../istio/pods";
import { faultName, type Fault } from "./fault";
import { coversPaths, pathsOf } from "./paths";
import { typeOf } from "./types";

type Labels = Readonly<Record<string, string>>;

/** Whether every pod with the labels `inner` has the labels `outer`. */
const coversCallers = (outer: Labels, inner: Labels) => hasLabels(inner, outer);

const noPodHasBoth = (a: Labels, b: Labels) =>
  Object.entries(a).some(([key, value]) => b[key] !== undefined && b[key] !== value);

/** How the earlier of two rules lies to the later: wider takes all its calls. */
type Relation = "apart" | "narrower" | "wider" | "crossing";

const join = (a: Relation, b: Relation): Relation => {
  if (a === "apart" || b === "apart") return "apart";
  return a === b ? a : "crossing";
};

function relation<T>(earlier: T, later: T, covers: (outer: T, inner: T) => boolean): Relation | "equal" {
  const [wider, narrower] = [covers(earlier, later), covers(later, earlier)];
  if (wider && narrower) return "equal";
  return wider ? "wider" : narrower ? "narrower" : "crossing";
}

/** Equal rules: the earlier one takes all calls of the later. */
function both(paths: Relation | "equal", callers: Relation | "equal"): Relation {
  if (paths === "equal") return callers === "equal" ? "wider" : callers;
  return callers === "equal" ? paths : join(paths, callers);
}

function callersOf(earlier: Fault, later: Fault): Relation | "equal" {
  const [a, b] = [earlier.sourceLabels ?? {}, later.sourceLabels ?? {}];
  return noPodHasBoth(a, b) ? "apart" : relation(a, b, coversCallers);
}

const everyPath = pathsOf({});

/** How the rules of two faults lie; `apart` where no call is for both. */
export function relationOf(earlier: Fault, later: Fault): Relation {
  const [a, b] = [typeOf(earlier).scope(earlier), typeOf(later).scope(later)];
  if (a.target !== b.target) return "apart";
  if (a.ports !== undefined && b.ports !== undefined && !a.ports.some((port) => b.ports?.includes(port)))
    return "apart";
  const paths = relation(a.paths ?? everyPath, b.paths ?? everyPath, coversPaths);
  // Sets of prefixes nest or are disjoint, so two that cross have nothing in common.
  return both(paths === "crossing" ? "apart" : paths, callersOf(earlier, later));
}

const shadows = (how: Relation) => how === "wider" || how === "crossing";

/**
 * What of a list of faults would never, or not wholly, take effect: the first rule that matches wins, and faults of several
 * rules never add up. A narrower rule before a wider one is an exception to it, and fine.
 * @returns place of the later fault, and why
 */
export function shadowed(faults: readonly Fault[]): readonly { readonly index: number; readonly text: string }[] {
  return faults.flatMap((later, index) => {
    const at = faults.slice(0, index).findIndex((earlier) => shadows(relationOf(earlier, later)));
    const earlier = faults[at];
    if (earlier === undefined) return [];
    const first = `faults[${String(at)}] (${faultName(earlier)})`;
    const text =
      relationOf(earlier, later) === "wider"
        ? `would never act: ${first} comes first and takes all its calls; put the narrower one first, or leave one out`
        : `overlaps with ${first}, and the first one that matches wins: give them sourceLabels or paths that have nothing in common`;
    return [{ index, text }];
  });
}
