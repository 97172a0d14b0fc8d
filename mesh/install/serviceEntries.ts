import type { Settings } from "../../settings/types";
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
    const ports = [{ number: 3306, protocol: "TCP" }];
    entries.push(entry("mysql", [mysql.externalHostName], ports, "DNS", mysql.addresses));
  }
  if (dataStorage?.mode === "aws" && dataStorage.region !== undefined) {
    const ports = [
      { number: 80, protocol: "HTTP" },
      { number: 443, protocol: "TLS" },
    ];
    entries.push(entry("bucket", s3Hosts(dataStorage.region), ports, "NONE"));
  }
  if (mail?.external === true && mail.externalHostName !== undefined) {
    const ports = [{ number: mail.externalHostPort, protocol: "TCP" }];
    entries.push(entry("smtp", [mail.externalHostName], ports, "DNS", mail.addresses));
  }
  for (const service of externalServices) {
    entries.push(entry(service.name, service.hosts, service.ports, service.resolution, service.addresses));
  }
  return entries;
}
