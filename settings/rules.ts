import { kialiVersion, layoutOf, minorOf, noChartsReason } from "../mesh/releases";
import { collisions, serviceEntries } from "../mesh/serviceEntries";
import type { Sections } from "./schema";

/** A problem with one key: `path` as a person would write it after `jam-istio:`. */
export interface Problem {
  readonly path: string;
  readonly text: string;
}

/** The valid sections. */
export type Given = Partial<Sections> & {
  /** Where some of `externalServices` are wrong: the places of the others in the list. */
  readonly servicePlaces?: readonly number[];
};
type RuleOf = (given: Given) => readonly Problem[];

const when = (condition: boolean, path: string, text: string): readonly Problem[] =>
  condition ? [{ path, text }] : [];

const version: RuleOf = ({ istio, kiali }) => {
  if (istio === undefined) return [];
  const layout = layoutOf(istio.version);
  if (layout === undefined) {
    const reason = /^1\.([6-9]|1[01])\./.test(istio.version) ? noChartsReason : "no chart repository carries it";
    return [
      {
        path: "istio.version",
        text: `"${istio.version}" cannot be installed: ${reason}. Allowed: 1.3 to 1.5, or 1.12 and newer`,
      },
    ];
  }
  const wantsKiali = kiali?.enabled === true && istio.controlPlane === "managed" && layout === "modern";
  return [
    ...when(
      wantsKiali && kialiVersion(istio.version) === undefined,
      "kiali.enabled",
      `no Kiali release is known for Istio ${minorOf(istio.version)}; set it to false`,
    ),
    ...when(
      layout === "modern" && istio.releaseName !== "istio",
      "istio.releaseName",
      "only the classic layout has it; in the modern layout the releases are istio-base and istiod",
    ),
  ];
};

const passphrase: RuleOf = ({ istio, kialiPassphrase }) => {
  if (istio === undefined || kialiPassphrase === undefined) return [];
  return [
    ...when(
      layoutOf(istio.version) === "modern",
      "kialiPassphrase",
      "has no effect with Istio 1.12 and newer, where Kiali logs in with a token; remove it",
    ),
    ...when(
      istio.controlPlane === "shared",
      "kialiPassphrase",
      "has no effect with istio.controlPlane: shared, where another stack owns Kiali; remove it",
    ),
  ];
};

const revision: RuleOf = ({ istio, injection }) => {
  if (istio === undefined || (istio.revision === undefined && injection !== "revision")) return [];
  if (layoutOf(istio.version) === "classic") {
    return [
      { path: "istio.revision", text: "the classic layout has no revisions: remove it, and injection: revision" },
    ];
  }
  if (istio.controlPlane === "managed") {
    const text =
      "revisions of a managed control plane are not built yet, only a shared one's can be named: remove it, and injection: revision";
    return [{ path: "istio.revision", text }];
  }
  return when(
    istio.revision === undefined,
    "istio.revision",
    "missing: injection: revision needs the name of the shared control plane's revision",
  );
};

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
        ["mysql", "bucket", "smtp"].includes(service.name),
        `${path}.name`,
        `"${service.name}" is the name of an entry that the sections mysql, dataStorage and mail make; choose another`,
      ),
    ];
  });
  const collided = collisions(serviceEntries(given)).map(({ later, text }) => ({
    path: pathOfEntry(later, given),
    text,
  }));
  return [...perService, ...collided];
};

function placeOf({ servicePlaces }: Given, index: number): string {
  return `externalServices[${String(servicePlaces?.[index] ?? index)}]`;
}

function pathOfEntry(name: string, given: Given): string {
  const index = (given.externalServices ?? []).findIndex((service) => service.name === name);
  if (index >= 0) return placeOf(given, index);
  return { mysql: "mysql", bucket: "dataStorage", smtp: "mail" }[name] ?? name;
}

const faults: RuleOf = ({ faultInjection, production, mysql, mail, dataStorage, externalServices, servicePlaces }) => {
  if (faultInjection === undefined) return [];
  // A name may be that of a service that is wrong by itself.
  const servicesKnown = externalServices !== undefined && servicePlaces === undefined;
  const known = new Set<string>([
    ...(mysql === undefined || mysql.external ? ["mysql"] : []),
    ...(mail === undefined || mail.external ? ["mail"] : []),
    ...(dataStorage === undefined || dataStorage.mode === "aws" ? ["bucket"] : []),
    ...(externalServices ?? []).map((service) => service.name),
  ]);
  return [
    ...when(
      faultInjection.enabled,
      "faultInjection.enabled",
      production === true
        ? "true is not allowed on a production instance"
        : "true is not allowed yet: this version checks faults and does not inject them",
    ),
    ...faultInjection.faults.flatMap((fault, index) => {
      const path = `faultInjection.faults[${String(index)}]`;
      return [
        ...when(
          fault.type === "externalHost" && servicesKnown && !known.has(fault.service),
          `${path}.service`,
          fault.type === "externalHost"
            ? `"${fault.service}" is no external service of this stack. Allowed: ${[...known].join(", ") || "none is configured"}`
            : "",
        ),
        ...when(
          (fault.sourceLabels === undefined) === (fault.everyone !== true),
          path,
          "say whom it hits: sourceLabels with the callers' labels, or everyone: true, not both",
        ),
      ];
    }),
  ];
};

/** Rules over more than one key, judged on the sections that are valid by themselves. */
export function judge(given: Given): readonly Problem[] {
  return [version, passphrase, revision, external, entries, faults].flatMap((rule) => rule(given));
}
