import { load } from "js-yaml";
import { istiodEnv, meshConfigs, nameOf, valueAt } from "./look";
import type { Kind, Objects } from "./kinds";
import type { Hit } from "./note";

/** When these tables were read from the registrations in Istio's code, release branch by release branch. */
export const settingsRead = "September 2026";

/** Environment variables of istiod, of proxies and of the CNI agent that have no effect from a minor on. */
export const removedVariables: Readonly<Record<string, readonly string[]>> = {
  "1.23": [
    ...["ENABLE_OPTIMIZED_CONFIG_REBUILD", "ISTIO_ENABLE_OPTIMIZED_SERVICE_PUSH"],
    ...["ENABLE_OTEL_BUILTIN_RESOURCE_LABELS", "GKE_CLUSTER_URL", "PILOT_DISTRIBUTION_HISTORY_RETENTION"],
    ...["PILOT_ENABLE_CONFIG_DISTRIBUTION_TRACKING", "STACKDRIVER_AUDIT_LOG", "USE_EXTERNAL_WORKLOAD_SDS"],
  ],
  "1.24": [
    ...["ENABLE_EXTERNAL_NAME_ALIAS", "VERIFY_CERTIFICATE_AT_CLIENT"],
    ...["PERSIST_OLDEST_FIRST_HEURISTIC_FOR_VIRTUAL_SERVICE_HOST_MATCHING"],
    ...["PILOT_ENABLE_STATUS", "REQUIRE_3P_TOKEN"],
  ],
  "1.25": [
    ...["ENABLE_ENHANCED_RESOURCE_SCOPING", "ENABLE_RESOLUTION_NONE_TARGET_PORT"],
    ...["PROXY_XDS_DEBUG_VIA_AGENT", "PROXY_XDS_DEBUG_VIA_AGENT_PORT"],
  ],
  "1.26": ["ENABLE_AUTO_SNI", "ENABLE_DEFERRED_CLUSTER_CREATION", "ENABLE_DELIMITED_STATS_TAG_REGEX"],
  "1.27": [
    ...["ENABLE_INBOUND_RETRY_POLICY", "EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY", "ENABLE_DEFERRED_STATS_CREATION"],
    ...["BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS", "PILOT_STATUS_BURST", "PILOT_STATUS_QPS"],
    ...["PILOT_STATUS_UPDATE_INTERVAL"],
  ],
  "1.28": ["METRIC_ROTATION_INTERVAL", "METRIC_GRACEFUL_DELETION_INTERVAL"],
  "1.29": [],
  "1.30": [],
  "1.31": ["PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY", "UNSAFE_PILOT_ENABLE_DELTA_TEST"],
};

/** Helm values that have no effect from 1.24 on. @see releasenotes/notes/51987.yaml and 52645.yaml in Istio's repository */
export const removedValues: readonly string[] = [
  ...["pilot.configNamespace", "pilot.configSource", "pilot.useMCP"],
  ...["pilot.enableProtocolSniffingForOutbound", "pilot.enableProtocolSniffingForInbound"],
  ...["global.autoscalingV2API", "global.configRootNamespace", "global.defaultConfigVisibilitySettings"],
  ...["global.useMCP", "sidecarInjectorWebhook.objectSelector", "sidecarInjectorWebhook.useLegacySelectors"],
  "istio_cni",
];

/** The oldest compatibility profile that the charts of a minor ship. @see manifests/helm-profiles in Istio's repository */
export const oldestProfiles: Readonly<Record<string, string>> = {
  "1.23": "1.20",
  "1.24": "1.21",
  "1.25": "1.22",
  "1.26": "1.23",
  "1.27": "1.24",
  "1.28": "1.25",
  "1.29": "1.25",
  "1.30": "1.25",
  "1.31": "1.25",
};

/** What is read to know which variables are set, and where. */
export const settingPlaces = ["deployments", "configMaps", "proxyConfigs", "pods"] as const satisfies readonly Kind[];

type Seen = Pick<Objects, (typeof settingPlaces)[number]>;
type Set = { readonly object: string; readonly name: string; readonly value: string };

const plain = (value: unknown) => (typeof value === "string" || typeof value === "boolean" ? String(value) : "");

const metadataOf = (object: string, metadata: unknown): readonly Set[] =>
  typeof metadata === "object" && metadata !== null
    ? Object.entries(metadata).map(([name, value]) => ({ object, name, value: plain(value) }))
    : [];

/** The proxy's part of a pod's annotation, which is YAML or JSON; of one that is neither, nothing. */
function annotated(text: string): unknown {
  try {
    return valueAt(load(text), "proxyMetadata");
  } catch {
    return undefined;
  }
}

/** Every variable that is set somewhere, for istiod or for proxies. */
export function variablesOf(seen: Seen): readonly Set[] {
  const pods = seen.pods.flatMap((pod) => {
    const text = pod.metadata.annotations?.["proxy.istio.io/config"];
    return text === undefined ? [] : metadataOf(nameOf("Pod", pod), annotated(text));
  });
  return [
    ...istiodEnv(seen).map(([name, value]) => ({ object: "istiod's environment", name, value })),
    ...meshConfigs(seen).flatMap(({ object, config }) => metadataOf(object, config.defaultConfig?.proxyMetadata)),
    ...seen.proxyConfigs.flatMap((one) => metadataOf(nameOf("ProxyConfig", one), one.spec?.environmentVariables)),
    ...pods,
  ];
}

/** What sets a variable that has no effect from a minor on. */
export const removedHits = (seen: Seen, minor: string): readonly Hit[] =>
  variablesOf(seen)
    .filter(({ name }) => removedVariables[minor]?.includes(name))
    .map(({ object, name }) => ({ object, says: `sets ${name}, which has no effect any more` }));

/** Whether a variable is set to a value anywhere. */
export const isPinned = (seen: Seen, name: string, value: string) =>
  variablesOf(seen).some((one) => one.name === name && one.value.toLowerCase() === value);
