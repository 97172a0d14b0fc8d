import { collisions } from "../mesh/install/collisions";
import { dnsCaptureOf, type DnsCapture } from "../mesh/install/dnsCapture";
import { controlPlaneRelease } from "../mesh/install/helmReleases";
import { serviceEntries } from "../mesh/install/serviceEntries";
import { layoutOf } from "../mesh/istio/releases";
import { faults } from "./faultRules";
import { classicDns, components, passphrase, revision, version } from "./meshRules";
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

const entries: RuleOf = (given) => {
  const services = given.externalServices ?? [];
  const perService = services.flatMap((service, index) => {
    const path = placeOf(given, index);
    const numbers = service.ports.map((port) => port.number);
    const wildcard = service.hosts.find((host) => host.startsWith("*."));
    return [
      ...when(
        new Set(numbers).size !== numbers.length,
        `${path}.ports`,
        `port ${String(numbers.find((number, at) => numbers.indexOf(number) !== at))} is listed twice`,
      ),
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
    controlPlaneRelease({ layout, istio, kiali: { enabled: false, ...kiali } }).values,
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
  return [version, passphrase, revision, components, classicDns, external, entries, faults].flatMap((rule) =>
    rule(given),
  );
}
