import * as semver from "semver";
import type { Settings } from "../../settings/types";

// Proxy metadata, by Istio's names.
const capture = "ISTIO_META_DNS_CAPTURE";
const allocate = "ISTIO_META_DNS_AUTO_ALLOCATE";

/** From 1.25 on istiod gives addresses unasked, and calls the proxies' own word for it deprecated. */
const givesAddresses = (version: string) => semver.gte(version, "1.25.0");

/**
 * Values of chart istiod with which sidecars answer DNS themselves, and each host of a ServiceEntry without addresses has one of
 * its own there.
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/
 */
export function dnsCaptureValues(version: string): Readonly<Record<string, unknown>> {
  const proxyMetadata = { [capture]: "true", ...(givesAddresses(version) ? {} : { [allocate]: "true" }) };
  return { meshConfig: { defaultConfig: { proxyMetadata } } };
}

/** What is read of the values of chart istiod; any part can be null. */
interface IstiodValues {
  readonly meshConfig?: {
    readonly defaultConfig?: { readonly proxyMetadata?: Readonly<Record<string, unknown>> | null } | null;
  } | null;
  readonly pilot?: { readonly env?: Readonly<Record<string, unknown>> | null } | null;
  readonly compatibilityVersion?: unknown;
}

/** Whether values keep istiod from giving addresses: by its own switch, or as an older version that did not. */
function withholds({ pilot, compatibilityVersion }: IstiodValues): boolean {
  const asked = pilot?.env?.["PILOT_ENABLE_IP_AUTOALLOCATE"];
  if (asked !== undefined && asked !== null) return asked !== "true" && asked !== true;
  return typeof compatibilityVersion === "string" && /^1\.(1\d|2[0-4])$/.test(compatibilityVersion);
}

/** Whether TCP hosts without addresses get some of their own. */
export interface DnsCapture {
  readonly on: boolean;
  /** How it is switched on, as the end of a sentence; empty where it cannot be. */
  readonly wayOut: string;
}

/** What decides about DNS capture. */
export interface DnsSettings extends Pick<Settings, "layout"> {
  readonly istio: Pick<Settings["istio"], "version" | "controlPlane" | "dnsCapture">;
}

/**
 * Whether the sidecars of a mesh capture DNS.
 * @param given values of the control plane's release, the user's included: these win. Where another stack owns it, the setting tells
 */
export function dnsCaptureOf({ layout, istio }: DnsSettings, given: Readonly<Record<string, unknown>>): DnsCapture {
  if (layout === "classic") return { on: false, wayOut: "" };
  if (istio.controlPlane === "shared")
    return { on: istio.dnsCapture, wayOut: ", or istio.dnsCapture: true, first in the stack that owns the mesh" };
  const values = given as IstiodValues;
  const metadata = values.meshConfig?.defaultConfig?.proxyMetadata ?? {};
  const captures = metadata[capture] === "true";
  if (captures && metadata[allocate] === "true") return { on: true, wayOut: "" };
  if (captures && givesAddresses(istio.version)) {
    const withheld = withholds(values);
    return { on: !withheld, wayOut: withheld ? ", or let istiod give addresses, which istio.values forbid" : "" };
  }
  const way = istio.dnsCapture ? "remove ISTIO_META_DNS_… from istio.values" : "istio.dnsCapture: true";
  return { on: false, wayOut: `, or ${way}` };
}
