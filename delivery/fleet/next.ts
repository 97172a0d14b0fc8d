import type { FleetRow } from "./report";

/** By what it is decided which stack may begin. */
export interface Rules {
  /** How many at the same time. */
  readonly parallel: number;
  /** After how many failures none is begun; `undefined`: however many fail. */
  readonly maxFailures: number | undefined;
  /** Whether clusters are changed: then order counts, and no two of one cluster are at work at the same time. */
  readonly changes: boolean;
  /** Whether a person has stopped the run. */
  readonly stopped: boolean;
}

/** What to do next. */
export interface Next {
  readonly begin: readonly string[];
  readonly never: readonly { readonly stack: string; readonly why: string }[];
}

const isOpen = ({ outcome }: FleetRow) => outcome === "waiting" || outcome === "running";
const isLost = ({ outcome }: FleetRow) => outcome === "failed" || outcome === "stopped" || outcome === "not begun";

const lostText = ({ stack, outcome }: FleetRow) =>
  `${stack} ${outcome === "failed" ? "failed" : outcome === "stopped" ? "was stopped" : "was not begun"}`;

/** Those that have to go through before one: the owners of its control plane, and who is tried before all others. */
const before = (row: FleetRow, rows: readonly FleetRow[]) => ({
  owners: row.owner ? [] : rows.filter(({ owner, cluster }) => owner && cluster === row.cluster),
  firsts: row.first ? [] : rows.filter(({ first }) => first),
});

/** Why a stack will never begin; `undefined` where it may. */
function neverText(row: FleetRow, rows: readonly FleetRow[], { maxFailures, changes, stopped }: Rules) {
  if (stopped) return "the run was stopped before its turn";
  if (changes) {
    const { owners, firsts } = before(row, rows);
    const [owner] = owners.filter(isLost);
    if (owner !== undefined) return `${lostText(owner)}, which owns its control plane`;
    const [first] = firsts.filter(isLost);
    if (first !== undefined) return `${lostText(first)}, which is tried before all others`;
  }
  const failed = rows.filter(({ outcome }) => outcome === "failed").map(({ stack }) => stack);
  if (maxFailures === undefined || failed.length < maxFailures) return undefined;
  return `${failed.join(", ")} failed`;
}

function mayBegin(row: FleetRow, rows: readonly FleetRow[], { changes }: Rules): boolean {
  if (!changes) return true;
  const { owners, firsts } = before(row, rows);
  if ([...owners, ...firsts].some(isOpen)) return false;
  return !rows.some(({ outcome, cluster }) => outcome === "running" && cluster === row.cluster);
}

/** Which stacks to begin now, and which are not begun in this run; where both are empty and none is running, all is over. */
export function nextOf(rows: readonly FleetRow[], rules: Rules): Next {
  let now = rows;
  const set = (stack: string, outcome: FleetRow["outcome"]) => {
    now = now.map((row) => (row.stack === stack ? { ...row, outcome } : row));
  };
  // In their order: who is not begun keeps those after it from beginning as well.
  const never = rows.flatMap((row) => {
    const why = row.outcome === "waiting" ? neverText(row, now, rules) : undefined;
    if (why === undefined) return [];
    set(row.stack, "not begun");
    return [{ stack: row.stack, why }];
  });
  const begin = now.flatMap(({ stack }) => {
    const row = now.find((one) => one.stack === stack);
    if (row?.outcome !== "waiting" || !mayBegin(row, now, rules)) return [];
    if (now.filter(({ outcome }) => outcome === "running").length >= rules.parallel) return [];
    set(stack, "running");
    return [stack];
  });
  return { begin, never };
}
