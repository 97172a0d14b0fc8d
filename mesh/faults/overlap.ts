import { hasLabels } from "../istio/pods";
import { faultName, isHttp, type Fault, type HttpFault } from "./fault";

/** The requests that a rule is for: an exact text, and all that begins with another. */
interface Paths {
  /** All paths that begin with this. */
  readonly prefix: string;
  /** One path more. */
  readonly exact?: string;
}

/**
 * The paths of a fault. `/auth` is the path and what lies below it; `/auth*` whatever begins so, `/authors` too; `/auth/` only
 * what lies below.
 */
export function pathsOf({ prefix = "/" }: Pick<HttpFault, "prefix">): Paths {
  if (prefix.endsWith("*")) return { prefix: prefix.slice(0, -1) };
  return prefix.endsWith("/") ? { prefix } : { prefix: `${prefix}/`, exact: prefix };
}

const starts = (text: string, { prefix, exact }: Paths) => text.startsWith(prefix) || text === exact;

/** Whether every path of `inner` is one of `outer`. */
const coversPaths = (outer: Paths, inner: Paths) =>
  inner.prefix.startsWith(outer.prefix) && (inner.exact === undefined || starts(inner.exact, outer));

type Labels = Readonly<Record<string, string>>;

/** Whether every pod with the labels `inner` has the labels `outer`. */
const coversCallers = (outer: Labels, inner: Labels) => hasLabels(inner, outer);

const noPodHasBoth = (a: Labels, b: Labels) =>
  Object.entries(a).some(([key, value]) => b[key] !== undefined && b[key] !== value);

type Relation = "apart" | "narrower" | "wider" | "crossing";

const join = (a: Relation, b: Relation): Relation => {
  if (a === "apart" || b === "apart") return "apart";
  return a === b ? a : "crossing";
};

/** How the earlier of two rules lies to the later; equal is wider. */
function relation<T>(earlier: T, later: T, covers: (outer: T, inner: T) => boolean): Relation | "equal" {
  const [wider, narrower] = [covers(earlier, later), covers(later, earlier)];
  if (wider && narrower) return "equal";
  return wider ? "wider" : narrower ? "narrower" : "crossing";
}

function both(paths: Relation | "equal", callers: Relation | "equal"): Relation {
  if (paths === "equal") return callers === "equal" ? "wider" : callers;
  return callers === "equal" ? paths : join(paths, callers);
}

function callersOf(earlier: Fault, later: Fault): Relation | "equal" {
  const [a, b] = [earlier.sourceLabels ?? {}, later.sourceLabels ?? {}];
  return noPodHasBoth(a, b) ? "apart" : relation(a, b, coversCallers);
}

function httpRelation(earlier: HttpFault, later: HttpFault): Relation {
  const [a, b] = [pathsOf(earlier), pathsOf(later)];
  const paths = relation(a, b, coversPaths);
  // Sets of this kind contain one another, or have nothing in common.
  return both(paths === "crossing" ? "apart" : paths, callersOf(earlier, later));
}

/** Rules of the kind that have only callers: connections to the same port or host. */
function connectionRelation(earlier: Fault, later: Fault): Relation {
  return both("equal", callersOf(earlier, later));
}

/** How the rules of two faults lie; `apart` where they are for different hosts, kinds or ports. */
export function relationOf(earlier: Fault, later: Fault): Relation {
  if (isHttp(earlier) && isHttp(later)) return earlier.host === later.host ? httpRelation(earlier, later) : "apart";
  if (earlier.type === "tcpRedirect" && later.type === "tcpRedirect") {
    const shared = earlier.host === later.host && earlier.ports.some((port) => later.ports.includes(port));
    return shared ? connectionRelation(earlier, later) : "apart";
  }
  if (earlier.type === "externalHost" && later.type === "externalHost")
    return earlier.service === later.service ? connectionRelation(earlier, later) : "apart";
  return "apart";
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
