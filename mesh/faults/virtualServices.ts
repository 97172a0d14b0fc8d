import type { Entry } from "../install/serviceEntries";
import { faultText, type Fault } from "./fault";
import {
  fake,
  faultAnnotations,
  hang,
  object,
  suffixOf,
  type DrillMetadata,
  type FaultObject,
  type Spec,
} from "./faultObjects";
import { typeOf } from "./types";
import { routeTo } from "./types/faultType";

/** Rules of one VirtualService. */
interface Rules {
  readonly name: string;
  /** What they do, for a person. */
  readonly effects: string[];
  readonly http: Spec[];
  readonly tcp: Spec[];
  readonly tls: Spec[];
}

/** Rules of faults by the host that they are for, in the order given. */
function rulesByHost(faults: readonly Fault[], entries: readonly Entry[]): ReadonlyMap<string, Rules> {
  const hosts = new Map<string, Rules>();
  for (const fault of faults) {
    for (const { name, host, http = [], tcp = [], tls = [] } of typeOf(fault).rules(fault, entries)) {
      // A Service's host is a short name, without dots; an external one is a full name: they cannot meet.
      const rules = hosts.get(host) ?? { name, effects: [], http: [], tcp: [], tls: [] };
      hosts.set(host, rules);
      rules.effects.push(faultText(fault));
      rules.http.push(...http);
      rules.tcp.push(...tcp);
      rules.tls.push(...tls);
    }
  }
  return hosts;
}

/**
 * One for each drill: it is created and deleted and never changed, so that it does not matter to a later drill whether somebody
 * removed it.
 */
function virtualService(metadata: DrillMetadata, host: string, { name, effects, http, tcp, tls }: Rules): FaultObject {
  // A rule without a match takes every request; those that its fault spares, by percentage, go on along its own route.
  const takesAll = http.some(({ match }) => match === undefined);
  // What no rule is for goes where it always went.
  const rest = http.length === 0 || takesAll ? [] : [{ route: routeTo(host) }];
  const spec = {
    hosts: [host],
    exportTo: ["."],
    ...(http.length === 0 ? {} : { http: [...http, ...rest] }),
    ...(tls.length === 0 ? {} : { tls }),
    ...(tcp.length === 0 ? {} : { tcp }),
  };
  const effect = { [faultAnnotations.effect]: effects.join("; ") };
  return object("VirtualService", `${name}-${suffixOf(metadata.drill)}`, metadata, spec, effect);
}

/**
 * The objects of faults: what they route to first, then one VirtualService a host.
 * @param entries where the hosts of external services are read
 */
export function faultObjects(
  faults: readonly Fault[],
  entries: readonly Entry[],
  metadata: DrillMetadata,
): readonly FaultObject[] {
  const leadsTo = faults.map((fault) => typeOf(fault).leadsTo(fault));
  return [
    ...(leadsTo.includes("nobody") ? [fake(metadata)] : []),
    ...(leadsTo.includes("silence") ? hang(metadata) : []),
    ...[...rulesByHost(faults, entries)].map(([host, rules]) => virtualService(metadata, host, rules)),
  ];
}

/** The hosts of a fault, as its VirtualServices have them. */
export const hostsOf = (fault: Fault, entries: readonly Entry[]): readonly string[] =>
  typeOf(fault)
    .rules(fault, entries)
    .map(({ host }) => host);
