import { collisions } from "../mesh/install/collisions";
import { dnsCaptureOf, type DnsCapture } from "../mesh/install/dnsCapture";
import { controlPlaneRelease } from "../mesh/install/helmReleases";
import { serviceEntries } from "../mesh/install/serviceEntries";
import { layoutOf } from "../mesh/istio/releases";
import { credentialsRule } from "./chartCredentials";
import { faults } from "./faultRules";
import {
  classicDns,
  compatibilityProfile,
  components,
  passphrase,
  releaseNames,
  revision,
  signingKey,
  upgradeNotes,
  version,
} from "./meshRules";
import { noEffect } from "./noEffect";
import { credentials, images } from "./valueRules";
import { when, type Given, type Problem, type RuleOf } from "./rule";

const external: RuleOf = ({ mysql, mail, dataStorage }) => [
  ...when(
    mysql?.external === true && mysql.externalHostName === undefined,
    "mysql.externalHostName",
    "missing: mysql.external is true",
  ),
  ...when(
    mail?.external === true && mail.externalHostName === undefined,
    "mail.externalHostName",
    "missing: mail.external is true",
  ),
  ...when(
    dataStorage?.mode === "aws" && dataStorage.region === undefined,
    "dataStorage.region",
    "missing: dataStorage.mode is aws",
  ),
];

const twice = <T>(values: readonly T[]) => values.find((value, at) => values.indexOf(value) !== at);

// One in a cluster with another domain looks like a name outside, and may be one.
const isOfCluster = (host: string) => /\.svc(\.cluster\.local)?$/.test(host);

/** Hosts that are Services of the cluster. */
const clusterNames: RuleOf = (given) => {
  const hosts: readonly (readonly [string, string | undefined])[] = [
    ...(["mysql", "mail"] as const).map(
      (key) =>
        [`${key}.externalHostName`, given[key]?.external === true ? given[key].externalHostName : undefined] as const,
    ),
    ...(given.externalServices ?? []).flatMap(({ hosts: own }, index) =>
      own.map((host, at) => [`${placeOf(given, index)}.hosts[${String(at)}]`, host] as const),
    ),
  ];
  return hosts.flatMap(([path, host]) =>
    when(
      host !== undefined && isOfCluster(host),
      path,
      `"${host ?? ""}" is a Service of the cluster, which the mesh knows without an entry; leave it out, or name a host outside`,
    ),
  );
};

const entries: RuleOf = (given) => {
  const services = given.externalServices ?? [];
  const perService = services.flatMap((service, index) => {
    const path = placeOf(given, index);
    const numbers = service.ports.map((port) => port.number);
    const wildcard = service.hosts.find((host) => host.startsWith("*."));
    return [
      ...when(twice(numbers) !== undefined, `${path}.ports`, `port ${String(twice(numbers))} is listed twice`),
      ...when(twice(service.hosts) !== undefined, `${path}.hosts`, `${twice(service.hosts) ?? ""} is listed twice`),
      ...when(
        wildcard !== undefined && service.resolution === "DNS",
        `${path}.resolution`,
        `DNS cannot resolve the wildcard ${wildcard ?? ""}; use resolution: NONE, or name the hosts`,
      ),
      ...when(
        service.resolution === "DNS" && service.addresses.some((address) => address.includes("/")),
        `${path}.addresses`,
        "ranges are for resolution: NONE; with DNS give single addresses",
      ),
      ...when(
        service.resolution === "NONE" &&
          service.addresses.length === 0 &&
          service.ports.some((port) => ["TCP", "MONGO"].includes(port.protocol)),
        `${path}.resolution`,
        "NONE with a TCP port and no addresses lets every destination on that port through; use DNS, or give addresses",
      ),
      ...when(
        services.findIndex((other) => other.name === service.name) !== index,
        `${path}.name`,
        `"${service.name}" is used twice`,
      ),
      ...when(
        ["mysql", "bucket", "smtp", "mail"].includes(service.name),
        `${path}.name`,
        `"${service.name}" is the name of an entry that the sections mysql, dataStorage and mail make; choose another`,
      ),
    ];
  });
  const collided = collisions(serviceEntries(given), dnsOf(given)).map(({ later, text }) => ({
    path: pathOfEntry(later, given),
    text,
  }));
  return [...perService, ...collided];
};

/** Where the version is wrong, nobody can tell yet: what DNS capture would keep apart is judged once it is right. */
function dnsOf({ istio, kiali }: Given): DnsCapture {
  const layout = istio === undefined ? undefined : layoutOf(istio.version);
  if (istio === undefined || layout === undefined) return { on: true, wayOut: "" };
  return dnsCaptureOf(
    { layout, istio },
    controlPlaneRelease({ layout, istio, kiali: { enabled: false, values: {}, ...kiali } }).values,
  );
}

function placeOf({ servicePlaces }: Given, index: number): string {
  return `externalServices[${String(servicePlaces?.[index] ?? index)}]`;
}

function pathOfEntry(name: string, given: Given): string {
  const index = (given.externalServices ?? []).findIndex((service) => service.name === name);
  if (index >= 0) return placeOf(given, index);
  return { mysql: "mysql", bucket: "dataStorage", smtp: "mail" }[name] ?? name;
}

/** Rules over more than one key, judged on the sections that are valid by themselves. */
export function judge(given: Given): readonly Problem[] {
  const mesh = [
    ...[version, passphrase, signingKey, revision, components, releaseNames, classicDns, noEffect, images, credentials],
    ...[credentialsRule, upgradeNotes, compatibilityProfile],
  ];
  return [...mesh, external, clusterNames, entries, faults].flatMap((rule) => rule(given));
}
