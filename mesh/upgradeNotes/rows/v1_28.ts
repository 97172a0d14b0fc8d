import * as semver from "semver";
import { bundleVersion, each, isAmbient, isWaypoint, meshConfigs, valueAt } from "../look";
import { profileNote } from "../profiles";
import { removedHits, settingPlaces } from "../removedSettings";
import { istioFile, note, releaseNote, since, upgradeNotes, type Note } from "../note";

/** Whether the CRDs of a kind of the Gateway API are older than a version; unknown ones are. */
export const isOlderBundle = (version: string | undefined, limit: string) =>
  version === undefined || semver.valid(version) === null || semver.lt(version, limit);

export const notes: readonly Note[] = [
  note({
    id: "28-01",
    range: since("1.28"),
    verdict: "refuse",
    title: "BackendTLSPolicies are read as v1 alone: with CRDs below 1.4.0 they are ignored",
    evidence: "BackendTLSPolicies, and the version of their CRD",
    reads: ["backendTlsPolicies", "crds"],
    find: (seen) => {
      const version = bundleVersion(seen, "backendtlspolicies");
      return isOlderBundle(version, "1.4.0")
        ? each("BackendTLSPolicy", seen.backendTlsPolicies, () => `is of CRDs ${version ?? "of unknown version"}`)
        : [];
    },
    remedy: "upgrade the CRDs of the Gateway API to 1.4 first",
    source: upgradeNotes("1.28"),
  }),
  note({
    id: "28-02",
    range: since("1.28"),
    verdict: "refuse",
    title: "InferencePools are read as v1 alone",
    evidence: "InferencePools of inference.networking.x-k8s.io",
    reads: ["inferencePools"],
    find: ({ inferencePools }) => each("InferencePool", inferencePools, () => "is of the group before v1"),
    remedy: "make it again as inference.networking.k8s.io/v1",
    source: upgradeNotes("1.28"),
  }),
  note({
    id: "28-03",
    range: since("1.28"),
    verdict: "warn",
    title: "the Host of mirrored requests no longer ends with -shadow",
    evidence: "VirtualServices with mirror or mirrors, HTTPRoutes with RequestMirror",
    reads: ["virtualServices", "httpRoutes"],
    find: ({ virtualServices, httpRoutes }) => [
      ...each(
        "VirtualService",
        virtualServices,
        ({ spec }) =>
          spec?.http?.some(({ mirror, mirrors = [] }) => mirror !== undefined || mirrors.length > 0) === true &&
          "mirrors requests",
      ),
      ...each(
        "HTTPRoute",
        httpRoutes,
        ({ spec }) =>
          spec?.rules?.some(({ filters = [] }) => filters.some(({ type }) => type === "RequestMirror")) === true &&
          "mirrors requests",
      ),
    ],
    remedy: "see that the receiver takes the plain host",
    source: releaseNote("57530"),
    proof: "istiod",
    keeps: ["DISABLE_SHADOW_HOST_SUFFIX", "false"],
  }),
  note({
    id: "28-04",
    range: since("1.28"),
    verdict: "inform",
    title: "a gateway writes one span more for each request",
    evidence: "Gateways, and tracing in a Telemetry or in meshConfig",
    reads: ["gateways", "gatewayApiGateways", "telemetries", "configMaps"],
    find: (seen) => {
      const isTraced =
        seen.telemetries.some(({ spec }) => (spec?.tracing ?? []).length > 0) ||
        meshConfigs(seen).some(({ config }) => (config.defaultProviders?.tracing ?? []).length > 0);
      if (!isTraced) return [];
      return [
        ...each("Gateway", seen.gateways, () => "is traced"),
        ...each("Gateway", seen.gatewayApiGateways, () => "is traced"),
      ];
    },
    remedy: "count on more spans; PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY: false keeps it as it was until 1.31",
    source: releaseNote("spawn-upstream-span-for-gateway"),
    proof: "istiod",
    keeps: ["PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY", "false"],
  }),
  note({
    id: "28-05",
    range: since("1.28"),
    verdict: "warn",
    title:
      "a gateway gets the Secrets of TLS only with the service account that belongs to it, or with a ReferenceGrant",
    evidence: "Gateways of the Gateway API with certificateRefs and addresses, whose Deployment is made by a person",
    reads: ["gatewayApiGateways"],
    find: ({ gatewayApiGateways }) =>
      each("Gateway", gatewayApiGateways, ({ spec }) => {
        const certificates = spec?.listeners?.some(({ tls }) => (tls?.certificateRefs ?? []).length > 0) === true;
        return certificates && (spec.addresses ?? []).length > 0 && "has certificates and a Deployment of its own";
      }),
    remedy: "make a ReferenceGrant in the namespace of the Secret",
    source: releaseNote("verify-sa-for-gateway-secrets"),
  }),
  note({
    id: "28-06",
    range: since("1.28"),
    verdict: "warn",
    title: "ztunnels below 1.28 refuse ServiceEntries with resolution NONE",
    evidence: "pods in ambient mode, and such ServiceEntries",
    reads: ["pods", "serviceEntries"],
    find: ({ pods, serviceEntries }) =>
      pods.some(isAmbient)
        ? each(
            "ServiceEntry",
            serviceEntries,
            ({ spec }) => (spec?.resolution ?? "NONE") === "NONE" && "has resolution NONE",
          )
        : [],
    remedy: "upgrade ztunnel soon after istiod",
    source: upgradeNotes("1.28"),
  }),
  note({
    id: "28-07",
    range: since("1.28"),
    verdict: "warn",
    title: "the variables that let metrics expire are gone",
    evidence: "METRIC_ROTATION_INTERVAL, METRIC_GRACEFUL_DELETION_INTERVAL",
    reads: settingPlaces,
    find: (seen) => removedHits(seen, "1.28"),
    remedy: "use the annotation sidecar.istio.io/statsEvictionInterval",
    source: upgradeNotes("1.28"),
  }),
  note({
    id: "28-08",
    range: since("1.28"),
    verdict: "inform",
    title: "a waypoint takes 30 seconds to end, 2 before",
    evidence: "waypoints",
    reads: ["gatewayApiGateways"],
    find: ({ gatewayApiGateways }) => each("Gateway", gatewayApiGateways.filter(isWaypoint), () => "is a waypoint"),
    remedy: "nothing, but a drained node takes longer",
    source: releaseNote("waypoint-termination-grace-period"),
  }),
  note({
    id: "28-09",
    range: since("1.28"),
    verdict: "warn",
    title: "a remote istiod is found by EndpointSlices, no longer by Endpoints",
    evidence: "value istiodRemote.enabled",
    reads: ["releases"],
    find: ({ releases }) =>
      each(
        "Helm release",
        releases,
        ({ values }) => valueAt(values, "istiodRemote.enabled") === true && "has istiodRemote",
      ),
    remedy: "let whoever deploys write EndpointSlices",
    source: releaseNote("istiod-helm-endpointslices"),
  }),
  {
    id: "28-10",
    range: since("1.28"),
    title: "objects of security.istio.io are stored as v1",
    elsewhere: "backups and tools that read etcd",
    remedy: "make a new backup after the step",
    source: istioFile("release-1.28", "manifests/charts/base/files/crd-all.gen.yaml"),
  },
  profileNote("1.28"),
];
