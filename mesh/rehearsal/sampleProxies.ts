import type { ForeignObject } from "./copiedObjects";

/** A proxy for which istiods are asked. */
export interface Sample {
  readonly kind: "sidecar" | "router";
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** How many gateways are asked about. */
const gatewaysAtMost = 3;

/**
 * The proxies that a rehearsal compares: a sidecar of the instance, and a gateway for each selector of Istio's Gateways.
 * @param sidecar a pod of the instance
 */
export function sampleProxies(
  objects: readonly ForeignObject[],
  sidecar: Omit<Sample, "kind">,
): { readonly samples: readonly Sample[]; readonly leftOut: number } {
  const gateways = objects.filter(
    ({ kind, apiVersion }) => kind === "Gateway" && apiVersion.startsWith("networking.istio.io/"),
  );
  const found = new Map<string, Sample>();
  for (const { metadata, spec } of gateways) {
    const { selector = {} } = (spec ?? {}) as { readonly selector?: Readonly<Record<string, string>> };
    const key = JSON.stringify(Object.entries(selector).sort());
    if (found.has(key)) continue;
    const namespace = metadata.namespace ?? "default";
    // No pod has it: what a gateway gets goes by its labels.
    const at = { pod: `gateway-${String(found.size + 1)}`, address: `192.0.2.${String(found.size + 1)}` };
    found.set(key, { kind: "router", namespace, ...at, labels: selector });
  }
  const all = [...found.values()];
  return {
    samples: [{ kind: "sidecar", ...sidecar }, ...all.slice(0, gatewaysAtMost)],
    leftOut: Math.max(0, all.length - gatewaysAtMost),
  };
}
