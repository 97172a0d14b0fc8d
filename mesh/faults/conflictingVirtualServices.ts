import { faultAnnotations, faultLabel } from "./faultObjects";

/** What is read of a VirtualService. */
export interface VirtualService {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly hosts?: readonly string[];
    readonly gateways?: readonly string[];
    readonly exportTo?: readonly string[];
    readonly http?: readonly { readonly delegate?: { readonly name?: string } }[];
  };
}

const domain = ".svc.cluster.local";

/** The names under which a host is called: a short one is a Service of the namespace. */
function namesOf(host: string, namespace: string): readonly string[] {
  if (host.includes(".")) return [host];
  return ["", ".svc", domain].map((end) => `${host}.${namespace}${end}`);
}

/** A host of a VirtualService as a full name; whatever the cluster's domain is called. */
function fullName(host: string, namespace: string): string {
  if (host === "*" || host.includes(".")) return host.replace(/\.svc\..+$/, domain);
  return `${host}.${namespace}${domain}`;
}

/** Whether two hosts, either of which may begin with `*`, have a name in common. */
function meet(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.startsWith("*") && b.startsWith("*")) return a.endsWith(b.slice(1)) || b.endsWith(a.slice(1));
  if (a.startsWith("*")) return b.endsWith(a.slice(1));
  return b.startsWith("*") && a.endsWith(b.slice(1));
}

/** Whether a VirtualService counts for the sidecars of a namespace. */
function counts({ metadata, spec }: VirtualService, namespace: string): boolean {
  const { gateways = ["mesh"], exportTo = ["*"] } = spec ?? {};
  if (gateways.length > 0 && !gateways.includes("mesh")) return false;
  if (exportTo.length === 0 || exportTo.includes("*") || exportTo.includes(namespace)) return true;
  return exportTo.includes(".") && metadata?.namespace === namespace;
}

function isForeign({ metadata }: VirtualService, besides: string | undefined): boolean {
  if (metadata?.labels?.[faultLabel] === undefined) return true;
  return besides !== undefined && metadata.annotations?.[faultAnnotations.drill] !== besides;
}

/**
 * The VirtualServices of others that serve a host for the sidecars of a namespace: a fault would put them out of action as
 * a whole. Delegates have no hosts of their own and come with the VirtualService that names them.
 * @param besides drill beside which faults of others count, too; absent: none counts, an update ends them first
 * @returns their names with namespace, and the host as they write it
 */
export function conflictingVirtualServices(
  host: string,
  namespace: string,
  all: readonly VirtualService[],
  { besides }: { readonly besides?: string | undefined } = {},
): readonly { readonly name: string; readonly host: string }[] {
  const own = namesOf(host, namespace);
  return all
    .filter((one) => isForeign(one, besides) && counts(one, namespace))
    .flatMap(({ metadata, spec }) => {
      const found = (spec?.hosts ?? []).find((other) =>
        own.some((name) => meet(name, fullName(other, metadata?.namespace ?? ""))),
      );
      return found === undefined ? [] : [{ name: `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`, host: found }];
    });
}
