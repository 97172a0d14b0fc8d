import type { Settings } from "../../settings/types";
import { BlockList, isIP } from "node:net";
import { s3Hosts } from "./s3Hosts";

/**
 * One constant for every Istio object: the only version in 1.4, still served by the newest release. Were it derived
 * from the Istio version, an upgrade would make Pulumi delete and re-create every object.
 */
export const networkingApiVersion = "networking.istio.io/v1alpha3";

/** A port of a ServiceEntry. The protocol decides how Envoy treats it; the name must be unique within the entry. */
export interface EntryPort {
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
}

/** A ServiceEntry's name and spec. @see https://istio.io/latest/docs/reference/config/networking/service-entry/ */
export interface Entry {
  readonly name: string;
  readonly spec: {
    readonly hosts: readonly string[];
    readonly addresses?: readonly string[];
    readonly ports: readonly EntryPort[];
    readonly location: "MESH_EXTERNAL";
    readonly resolution: "DNS" | "NONE";
    readonly exportTo: readonly ["."];
  };
}

/** What the entries are made from; absent sections make no entry. */
export type ExternalSettings = {
  readonly [Section in "mysql" | "dataStorage" | "mail" | "externalServices"]?: Settings[Section] | undefined;
};

type Port = { readonly number: number; readonly protocol: string };

function entry(
  name: string,
  hosts: readonly string[],
  ports: readonly Port[],
  resolution: "DNS" | "NONE",
  addresses: readonly string[] = [],
): Entry {
  return {
    name,
    spec: {
      hosts,
      ...(addresses.length === 0 ? {} : { addresses }),
      ports: ports.map(({ number, protocol }) => ({
        number,
        name: `${protocol.toLowerCase()}-${String(number)}`,
        protocol,
      })),
      location: "MESH_EXTERNAL",
      resolution,
      // Without it an entry counts in every namespace of the mesh: two instances would share a database.
      exportTo: ["."],
    },
  };
}

/** The ServiceEntries of an instance, in a stable order. */
export function serviceEntries(settings: ExternalSettings): readonly Entry[] {
  const { mysql, dataStorage, mail, externalServices = [] } = settings;
  const entries: Entry[] = [];
  if (mysql?.external === true && mysql.externalHostName !== undefined) {
    entries.push(entry("mysql", [mysql.externalHostName], [{ number: 3306, protocol: "TCP" }], "DNS"));
  }
  if (dataStorage?.mode === "aws" && dataStorage.region !== undefined) {
    const ports = [
      { number: 80, protocol: "HTTP" },
      { number: 443, protocol: "TLS" },
    ];
    entries.push(entry("bucket", s3Hosts(dataStorage.region), ports, "NONE"));
  }
  if (mail?.external === true && mail.externalHostName !== undefined) {
    entries.push(entry("smtp", [mail.externalHostName], [{ number: mail.externalHostPort, protocol: "TCP" }], "DNS"));
  }
  for (const service of externalServices) {
    entries.push(entry(service.name, service.hosts, service.ports, service.resolution, service.addresses));
  }
  return entries;
}

/** How Envoy tells destinations on one port apart: by the Host header, by SNI, or by the address alone. */
function family(protocol: string): "http" | "tls" | "tcp" {
  if (["HTTP", "HTTP2", "GRPC"].includes(protocol)) return "http";
  return ["TLS", "HTTPS"].includes(protocol) ? "tls" : "tcp";
}

function contains(range: string, ip: string): boolean {
  const [base = "", bits] = range.split("/");
  const [address = ""] = ip.split("/");
  const kind = isIP(base) === 4 ? "ipv4" : "ipv6";
  if (isIP(base) !== isIP(address)) return false;
  const list = new BlockList();
  list.addSubnet(base, bits === undefined ? (kind === "ipv4" ? 32 : 128) : Number(bits), kind);
  return list.check(address, kind);
}

function shareAddress(a: Entry, b: Entry): boolean {
  const [first, second] = [a.spec.addresses ?? [], b.spec.addresses ?? []];
  // An entry without addresses listens on all of them; beside one with addresses the narrower listener wins.
  if (first.length === 0 || second.length === 0) return first.length === second.length;
  return first.some((x) => second.some((y) => contains(x, y) || contains(y, x)));
}

/** Two entries that Envoy could not tell apart. */
export interface Collision {
  /** Name of the entry that was listed first. */
  readonly earlier: string;
  /** Name of the entry that was listed later. */
  readonly later: string;
  readonly text: string;
}

function collide(a: Entry, b: Entry): string | undefined {
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
    if (!shareAddress(a, b)) continue;
    return (
      `port ${number} (${y.protocol}) collides with the entry "${a.name}" (${x.protocol}): without distinct addresses ` +
      `the proxy cannot tell them apart and one takes the other's connections; give both of them addresses`
    );
  }
  return undefined;
}

/**
 * Finds entries that take each other's connections: a TCP port without addresses is captured for every destination,
 * so only HTTP hosts among themselves and TLS hosts among themselves can share a port.
 */
export function collisions(entries: readonly Entry[]): readonly Collision[] {
  return entries.flatMap((later, at) =>
    entries.slice(0, at).flatMap((earlier) => {
      const text = collide(earlier, later);
      return text === undefined ? [] : [{ earlier: earlier.name, later: later.name, text }];
    }),
  );
}
