import { networkingApiVersion } from "../serviceEntries";

/** Label of every object that is part of a fault. */
export const faultLabel = "jam-istio/fault";

/** Annotations of what is part of a fault; `effect`, of VirtualServices, says what breaks for whom. */
export const marksOf = {
  drill: "jam-istio/drill",
  start: "jam-istio/start",
  end: "jam-istio/end",
  effect: "jam-istio/effect",
} as const;

/** Pulumi would wait for endpoints that never come, and for the end of a Job that waits itself. */
export const unawaited = { "pulumi.com/skipAwait": "true" } as const;

/** The Service that faults route to: it has no endpoints, so connections to it end at once. */
export const fakeService = "fake-service";
export const fakePort = 9000;

/** The host of `mode: hang`; its one address is of TEST-NET-1 (RFC 5737), where nobody answers. */
const hangName = "fake-service-hang";
export const hangHost = `${hangName}.invalid`;
const [hangAddress, hangEndpoint] = ["192.0.2.9", "192.0.2.10"];
/** How long a connection hangs before Envoy gives it up. */
const hangFor = "3600s";

/** A Kubernetes object that is part of a fault. */
export interface FaultObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** What else it has: spec, rules, subjects. */
  readonly [part: string]: unknown;
}

/** A part of an object, such as its spec. */
export type Spec = Readonly<Record<string, unknown>>;

/** An object with the label. */
export function object(kind: string, name: string, namespace: string, spec: Spec, annotations = {}): FaultObject {
  return {
    apiVersion: kind === "Service" ? "v1" : networkingApiVersion,
    kind,
    metadata: { name, namespace, labels: { [faultLabel]: "active" }, annotations },
    spec,
  };
}

/** End of the names of a drill's own objects. */
export const suffixOf = (drill: string) => drill.slice(-8);

/** The Service without endpoints. */
export function fake(namespace: string): FaultObject {
  const ports = [{ name: "tcp-fake", port: fakePort, protocol: "TCP", targetPort: fakePort }];
  return object("Service", fakeService, namespace, { ports }, unawaited);
}

/** What `mode: hang` leads to. */
export function hang(namespace: string): readonly FaultObject[] {
  return [
    object("ServiceEntry", hangName, namespace, {
      hosts: [hangHost],
      // Without an address it would take port 9000 to everywhere.
      addresses: [hangAddress],
      ports: [{ number: fakePort, name: "tcp-fake", protocol: "TCP" }],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      endpoints: [{ address: hangEndpoint }],
      exportTo: ["."],
    }),
    object("DestinationRule", hangName, namespace, {
      host: hangHost,
      trafficPolicy: { connectionPool: { tcp: { connectTimeout: hangFor } } },
      exportTo: ["."],
    }),
  ];
}

/** The line that ends every fault of a namespace, for a person with kubectl and nothing else. */
export const endLine = (namespace: string) =>
  `kubectl delete virtualservices.networking.istio.io -n ${namespace} -l ${faultLabel}`;
