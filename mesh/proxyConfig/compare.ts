import type { ProxyDump } from "./dump";
import { textAt, type Json } from "./json";
import { objectOf } from "./names";

/** How a piece of a proxy's configuration differs from what its control plane would send. */
export interface Difference {
  readonly what: "clusters" | "listeners" | "routes";
  readonly name: string;
  /** `missing`: the proxy lacks it; `extra`: the control plane has it no more; `stale`: the proxy has another one; `rejected`: it refused it. */
  readonly state: "missing" | "extra" | "stale" | "rejected";
  /** Of what is rejected Envoy's own words; else the object that made it, where it names one. */
  readonly details: string;
}

const kinds = ["clusters", "listeners", "routes"] as const;

/** In one form of its own: one side writes keys as `connect_timeout`, the other as `connectTimeout`, and in another order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key.replaceAll("_", "").toLowerCase(), canonical(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const textOf = (piece: Json) => JSON.stringify(canonical(piece));

const byName = (pieces: readonly Json[]) => new Map(pieces.map((one) => [textAt(one, "name"), one]));

/**
 * Compares what a control plane would send with what a proxy has, by name.
 * @param sent of the control plane's `/debug/config_dump?proxyID=`
 * @param has of the proxy's `/config_dump`; what its bootstrap brought is no difference
 */
export function compareDumps(sent: ProxyDump, has: ProxyDump): readonly Difference[] {
  const rejected = has.rejected.map(({ what, name, details }) => ({
    what: what as Difference["what"],
    name,
    state: "rejected" as const,
    details,
  }));
  const isRejected = (what: string, name: string) => rejected.some((one) => one.what === what && one.name === name);
  const differing = kinds.flatMap((what) => {
    const [theirs, own] = [byName(sent[what]), byName(has[what])];
    const missing = [...theirs].filter(([name]) => !own.has(name));
    const stale = [...theirs].filter(([name, piece]) => {
      const mine = own.get(name);
      return mine !== undefined && textOf(mine) !== textOf(piece);
    });
    const extra = [...own].filter(([name]) => !theirs.has(name) && !has.fixed.has(name));
    const as = (state: Difference["state"], pieces: readonly (readonly [string, Json])[]) =>
      pieces
        .filter(([name]) => !isRejected(what, name))
        .map(([name, piece]) => ({ what, name, state, details: objectOf(piece) }));
    return [...as("missing", missing), ...as("stale", stale), ...as("extra", extra)];
  });
  return [...rejected, ...differing];
}
