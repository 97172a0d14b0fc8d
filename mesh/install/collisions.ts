import { BlockList, isIP } from "node:net";
import type { DnsCapture } from "./dnsCapture";
import type { Entry, EntryPort } from "./serviceEntries";

const families = ["http", "tls", "tcp"] as const;

/** How Envoy tells destinations on one port apart: by the Host header, by SNI, or by the address alone. */
export function family(protocol: string): (typeof families)[number] {
  if (["HTTP", "HTTP2", "GRPC"].includes(protocol)) return "http";
  return ["TLS", "HTTPS"].includes(protocol) ? "tls" : "tcp";
}

/** The ports of an entry on which only addresses tell destinations apart. */
export const tcpPorts = ({ spec }: Entry): readonly EntryPort[] =>
  spec.ports.filter(({ protocol }) => family(protocol) === "tcp");

/** Whether each host of an entry gets an address of its own: not where the caller resolves it, for then it is never asked for. */
export const getsAddresses = ({ spec }: Entry, { on }: Pick<DnsCapture, "on">): boolean =>
  on && spec.resolution === "DNS" && (spec.addresses ?? []).length === 0;

function contains(range: string, ip: string): boolean {
  const [base = "", bits] = range.split("/");
  const [address = ""] = ip.split("/");
  const kind = isIP(base) === 4 ? "ipv4" : "ipv6";
  if (isIP(base) !== isIP(address)) return false;
  const list = new BlockList();
  list.addSubnet(base, bits === undefined ? (kind === "ipv4" ? 32 : 128) : Number(bits), kind);
  return list.check(address, kind);
}

function shareAddress(a: Entry, b: Entry, dns: Pick<DnsCapture, "on">): boolean {
  if (getsAddresses(a, dns) || getsAddresses(b, dns)) return false;
  const [first, second] = [a.spec.addresses ?? [], b.spec.addresses ?? []];
  // An entry without addresses listens on all of them; beside one with addresses the narrower listener wins.
  if (first.length === 0 || second.length === 0) return first.length === second.length;
  return first.some((x) => second.some((y) => contains(x, y) || contains(y, x)));
}

/** What Envoy could not tell apart: two entries, or two hosts of one. */
export interface Collision {
  /** Name of the entry that was listed first. */
  readonly earlier: string;
  /** Name of the entry that was listed later; the same where an entry's own hosts collide. */
  readonly later: string;
  readonly text: string;
}

function collide(a: Entry, b: Entry, dns: DnsCapture): string | undefined {
  for (const x of a.spec.ports) {
    const y = b.spec.ports.find((port) => port.number === x.number);
    if (y === undefined) continue;
    const number = String(x.number);
    const host = a.spec.hosts.find((name) => b.spec.hosts.includes(name));
    const sameFamily = family(x.protocol) === family(y.protocol);
    if (sameFamily && family(x.protocol) !== "tcp") {
      if (host === undefined) continue;
      return `host ${host} with port ${number} is in the entry "${a.name}" too`;
    }
    if (!shareAddress(a, b, dns)) continue;
    const wayOut = shareAddress(a, b, { on: true }) ? "" : dns.wayOut;
    return (
      `port ${number} (${y.protocol}) collides with the entry "${a.name}" (${x.protocol}): without distinct addresses ` +
      `the proxy cannot tell them apart and one takes the other's connections; give both of them addresses${wayOut}`
    );
  }
  return undefined;
}

/** Hosts of one entry share its addresses; where the caller resolved the host, a connection goes where the caller sent it. */
function collideWithin(entry: Entry, dns: DnsCapture): string | undefined {
  const hosts = [...new Set(entry.spec.hosts)];
  const [port] = tcpPorts(entry);
  if (port === undefined || hosts.length < 2 || entry.spec.resolution === "NONE" || getsAddresses(entry, dns))
    return undefined;
  const wayOut = getsAddresses(entry, { on: true }) ? dns.wayOut : "";
  return (
    `hosts ${hosts.join(" and ")} share port ${String(port.number)} (${port.protocol}): the proxy tells TCP apart by ` +
    `address alone, and one host takes the other's connections; make an entry for each, both with addresses${wayOut}`
  );
}

/**
 * Which entries share a port with one that was listed later and may collide there: those of another kind or of plain TCP, and those
 * with a host in common. Thousands of hosts on one port are told apart by name, and each pair of them would take long to look at.
 */
class Listed {
  readonly #byKind = new Map<string, Entry[]>();
  readonly #byHost = new Map<string, Entry[]>();

  public add(entry: Entry): void {
    for (const { number, protocol } of entry.spec.ports) {
      const kind = `${String(number)} ${family(protocol)}`;
      push(this.#byKind, kind, entry);
      for (const host of entry.spec.hosts) push(this.#byHost, `${kind} ${host}`, entry);
    }
  }

  public near({ spec }: Entry): ReadonlySet<Entry> {
    const found = spec.ports.flatMap(({ number, protocol }) => {
      const own = family(protocol);
      const others = families.filter((one) => one !== own || one === "tcp");
      return [
        ...others.flatMap((one) => this.#byKind.get(`${String(number)} ${one}`) ?? []),
        ...spec.hosts.flatMap((host) => this.#byHost.get(`${String(number)} ${own} ${host}`) ?? []),
      ];
    });
    return new Set(found);
  }
}

function push(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}

/**
 * Finds what takes each other's connections: a TCP port without addresses is captured for every destination, so only HTTP hosts
 * among themselves and TLS hosts among themselves can share a port.
 */
export function collisions(entries: readonly Entry[], dns: DnsCapture): readonly Collision[] {
  const listed = new Listed();
  const order = new Map(entries.map((entry, at) => [entry, at]));
  return entries.flatMap((later) => {
    const near = [...listed.near(later)].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    listed.add(later);
    const texts = near.map((earlier) => ({ earlier, text: collide(earlier, later, dns) }));
    return [...texts, { earlier: later, text: collideWithin(later, dns) }].flatMap(({ earlier, text }) =>
      text === undefined ? [] : [{ earlier: earlier.name, later: later.name, text }],
    );
  });
}
