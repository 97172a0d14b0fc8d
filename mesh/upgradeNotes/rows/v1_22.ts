import { selects } from "../../istio/pods";
import { each, isWaypoint, meshConfigs } from "../look";
import { changeNotes, istioFile, note, since, upgradeNotes, type Note } from "../note";

// Istio's own precheck had some of these and dropped them later.
const precheck = istioFile("release-1.22", "istioctl/pkg/precheck/precheck.go");

export const resourceScoping = note({
  id: "22-a",
  range: since("1.22"),
  verdict: "refuse",
  title: "Istio's objects count only in namespaces that discoverySelectors match",
  evidence: "meshConfig.discoverySelectors, and objects of Istio's in namespaces that they do not match",
  reads: [
    ...(["configMaps", "namespaces", "virtualServices", "destinationRules", "serviceEntries"] as const),
    ...(["gateways", "sidecars", "envoyFilters", "telemetries", "authorizationPolicies"] as const),
  ],
  find: (seen) => {
    const selectors = meshConfigs(seen).flatMap(({ config }) => config.discoverySelectors ?? []);
    if (selectors.length === 0) return [];
    const outside = seen.namespaces
      .filter(
        ({ metadata }) => !selectors.some((one) => selects(one as Parameters<typeof selects>[0], metadata.labels)),
      )
      .map(({ metadata }) => metadata.name);
    const kinds = [
      ...([
        ["VirtualService", seen.virtualServices],
        ["DestinationRule", seen.destinationRules],
      ] as const),
      ...([
        ["ServiceEntry", seen.serviceEntries],
        ["Gateway", seen.gateways],
        ["Sidecar", seen.sidecars],
      ] as const),
      ...([
        ["EnvoyFilter", seen.envoyFilters],
        ["Telemetry", seen.telemetries],
      ] as const),
      ["AuthorizationPolicy", seen.authorizationPolicies] as const,
    ];
    return kinds.flatMap(([kind, things]) =>
      each(
        kind,
        things,
        ({ metadata }) => outside.includes(metadata.namespace) && "is in a namespace that is not selected",
      ),
    );
  },
  remedy: "widen meshConfig.discoverySelectors, or label the namespace",
  source: upgradeNotes("1.22"),
  proof: "istiod",
  keeps: ["ENABLE_ENHANCED_RESOURCE_SCOPING", "false"],
});

export const targetPorts = note({
  id: "22-b",
  range: since("1.22"),
  verdict: "refuse",
  title: "a ServiceEntry with resolution NONE honours targetPort",
  evidence: "ServiceEntries with resolution NONE and a targetPort that is not the port",
  reads: ["serviceEntries"],
  find: ({ serviceEntries }) =>
    each("ServiceEntry", serviceEntries, ({ spec }) => {
      if ((spec?.resolution ?? "NONE") !== "NONE") return undefined;
      const port = spec?.ports?.find(({ number, targetPort = number }) => targetPort !== 0 && targetPort !== number);
      return port && `sends calls to port ${String(port.number)} on to ${String(port.targetPort)}`;
    }),
  remedy: "remove targetPort",
  source: upgradeNotes("1.22"),
  proof: "istiod",
  keeps: ["ENABLE_RESOLUTION_NONE_TARGET_PORT", "false"],
});

export const notes: readonly Note[] = [
  resourceScoping,
  targetPorts,
  note({
    id: "22-c",
    range: since("1.22"),
    verdict: "warn",
    title: "traces are no longer sent to zipkin.istio-system by default",
    evidence: "Service zipkin in istio-system, and no provider for tracing in meshConfig or a Telemetry",
    reads: ["services", "configMaps", "telemetries"],
    find: (seen) => {
      const configs = meshConfigs(seen).map(({ config }) => config);
      const isSet = configs.some(
        ({ defaultProviders, defaultConfig }) =>
          (defaultProviders?.tracing ?? []).length > 0 || defaultConfig?.tracing !== undefined,
      );
      const named = seen.telemetries.some(({ spec }) =>
        (spec?.tracing ?? []).some(({ providers }) => (providers ?? []).length > 0),
      );
      const zipkin = seen.services.filter(
        ({ metadata }) => metadata.name === "zipkin" && metadata.namespace === "istio-system",
      );
      return isSet || named ? [] : each("Service", zipkin, () => "is there, and nothing else says where traces go");
    },
    remedy: "name a provider in meshConfig.extensionProviders and in a Telemetry",
    source: precheck,
  }),
  {
    id: "22-d",
    range: since("1.22"),
    title: "proxies ask for changes alone (Delta xDS)",
    elsewhere: "whether something between proxies and istiod speaks xDS itself",
    remedy: "set ISTIO_DELTA_XDS to false in the proxies' metadata",
    source: changeNotes("1.22"),
  },
  note({
    id: "22-e",
    range: since("1.22"),
    verdict: "refuse",
    title: "workloads find their waypoint by the label istio.io/use-waypoint",
    evidence: "waypoints with the annotation istio.io/for-service-account",
    reads: ["gatewayApiGateways"],
    find: ({ gatewayApiGateways }) =>
      each(
        "Gateway",
        gatewayApiGateways.filter(isWaypoint),
        ({ metadata }) =>
          metadata.annotations?.["istio.io/for-service-account"] !== undefined && "is attached by service account",
      ),
    remedy: "label namespace, Service or pods with istio.io/use-waypoint",
    source: upgradeNotes("1.22"),
  }),
];
