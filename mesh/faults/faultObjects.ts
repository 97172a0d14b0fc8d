import { networkingApiVersion } from "../install/serviceEntries";

/** Label of every object that is part of a fault. */
export const faultLabel = "jam-istio/fault";

/** Annotations of what is part of a fault; `effect`, of VirtualServices, says what breaks for whom. */
export const faultAnnotations = {
  drill: "jam-istio/drill",
  start: "jam-istio/start",
  end: "jam-istio/end",
  effect: "jam-istio/effect",
} as const;

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

/** What every object of a drill carries. */
export interface DrillMetadata {
  readonly namespace: string;
  /** What the drill is called; its last eight characters are its own. */
  readonly drill: string;
  /** When it began, ISO 8601. */
  readonly start: string;
  /** When it ends, ISO 8601, or `none`. */
  readonly end: string;
}

/** A part of an object, such as its spec. */
export type Spec = Readonly<Record<string, unknown>>;

/** An object of a drill. */
export function object(kind: string, name: string, marks: DrillMetadata, spec: Spec, more = {}): FaultObject {
  const { namespace, drill, start, end } = marks;
  const annotations = {
    [faultAnnotations.drill]: drill,
    [faultAnnotations.start]: start,
    [faultAnnotations.end]: end,
    ...more,
  };
  return {
    apiVersion: kind === "Service" ? "v1" : networkingApiVersion,
    kind,
    metadata: { name, namespace, labels: { [faultLabel]: "active" }, annotations },
    spec,
  };
}

/** Beginning of the names of faults' VirtualServices. */
export const faultPrefix = "fault-";

/** The names of faults' VirtualServices, as a regular expression. */
export const faultNames = `${faultPrefix}(service|external)-[a-z0-9.-]+-[0-9a-f]{8}`;

/** End of the names of a drill's own objects. */
export const suffixOf = (drill: string) => drill.slice(-8);

/** The same objects of a drill that began at another time. */
export function startingAt(objects: readonly FaultObject[], start: string): readonly FaultObject[] {
  return objects.map((one) => {
    const annotations = { ...one.metadata.annotations, [faultAnnotations.start]: start };
    return { ...one, metadata: { ...one.metadata, annotations } };
  });
}

/** Whether an object is what acts: the others only come with it. */
export const isActing = ({ kind }: Pick<FaultObject, "kind">) => kind === "VirtualService";

/** Whether an object is what VirtualServices lead to: of every drill the same. */
export const isHelper = ({ kind }: Pick<FaultObject, "kind">) =>
  ["Service", "ServiceEntry", "DestinationRule"].includes(kind);

/** An object by what it is called. */
export const partOf = ({ kind, metadata }: FaultObject) => ({ kind, name: metadata.name });

/** Whether an object is of a drill's reaper. */
export const isReaper = (one: Pick<FaultObject, "kind">) => !isActing(one) && !isHelper(one);

/** The Service without endpoints. */
export function fake(marks: DrillMetadata): FaultObject {
  const ports = [{ name: "tcp-fake", port: fakePort, protocol: "TCP", targetPort: fakePort }];
  return object("Service", fakeService, marks, { ports });
}

/** What `mode: hang` leads to. */
export function hang(marks: DrillMetadata): readonly FaultObject[] {
  return [
    object("ServiceEntry", hangName, marks, {
      hosts: [hangHost],
      // Without an address it would take port 9000 to everywhere.
      addresses: [hangAddress],
      ports: [{ number: fakePort, name: "tcp-fake", protocol: "TCP" }],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      endpoints: [{ address: hangEndpoint }],
      exportTo: ["."],
    }),
    object("DestinationRule", hangName, marks, {
      host: hangHost,
      trafficPolicy: { connectionPool: { tcp: { connectTimeout: hangFor } } },
      exportTo: ["."],
    }),
  ];
}

/** The line that ends every fault of a namespace, for a person with kubectl and nothing else. */
export const endLine = (namespace: string) =>
  `kubectl delete virtualservices.networking.istio.io -n ${namespace} -l ${faultLabel}`;
