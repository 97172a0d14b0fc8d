import { hasLabels } from "../../istio/pods";
import { bundleVersion, each, fullHost, meshConfigs } from "../look";
import { changeNotes, istioFile, note, patches, releaseNote, since, upgradeNotes, type Note } from "../note";
import type { MeshConfig } from "../look";
import { isOlderBundle } from "./v1_28";

const managed = "gateway.networking.k8s.io/gateway-name";

const exportKeys = [
  "defaultServiceExportTo",
  "defaultVirtualServiceExportTo",
  "defaultDestinationRuleExportTo",
] as const;
const isMixed = (config: MeshConfig, key: (typeof exportKeys)[number]) =>
  config[key]?.includes(".") === true && config[key].length > 1;

export const notes: readonly Note[] = [
  {
    id: "31-03",
    range: since("1.31"),
    title: "endpoints that are not ready are sent to proxies, which do not call them even where most are not ready",
    elsewhere:
      "what callers do while few endpoints of a Service are ready. A DestinationRule with outlierDetection.minHealthPercent keeps it as it was",
    remedy: "expect 503 UH where nearly nothing is ready",
    source: upgradeNotes("1.31"),
    keeps: ["PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS", "false"],
  },
  note({
    id: "31-04",
    range: since("1.31"),
    verdict: "refuse",
    title:
      "Istio's Gateways do not count any more for managed gateways of another namespace (in the change notes only)",
    evidence: "Gateways of networking.istio.io whose selector takes pods of a managed gateway in another namespace",
    reads: ["gateways", "pods"],
    find: ({ gateways, pods }) =>
      each("Gateway", gateways, ({ metadata, spec }) => {
        const selector = spec?.selector ?? {};
        const pod = pods.find(
          (one) =>
            Object.keys(selector).length > 0 &&
            one.metadata.labels?.[managed] !== undefined &&
            one.metadata.namespace !== metadata.namespace &&
            hasLabels(one.metadata.labels, selector),
        );
        return (
          pod && `selects the managed gateway ${pod.metadata.namespace ?? ""}/${pod.metadata.labels?.[managed] ?? ""}`
        );
      }),
    remedy: "move the Gateway into the namespace of its pods",
    source: changeNotes("1.31"),
    proof: "istiod",
    keeps: ["PILOT_ENABLE_STRICT_GATEWAY_MERGING", "false"],
  }),
  note({
    id: "31-08",
    range: since("1.31"),
    verdict: "refuse",
    title: "TCPRoutes whose CRDs are below 1.6.0 are ignored (announced nowhere)",
    evidence: "TCPRoutes, and the version of their CRD",
    reads: ["tcpRoutes", "crds"],
    find: (seen) => {
      const version = bundleVersion(seen, "tcproutes");
      return isOlderBundle(version, "1.6.0")
        ? each("TCPRoute", seen.tcpRoutes, () => `is of CRDs ${version ?? "of unknown version"}`)
        : [];
    },
    remedy: "upgrade the CRDs of the Gateway API to 1.6 first",
    source: istioFile("release-1.31", "pkg/config/schema/gatewayapi/minimumversions.go"),
  }),
  note({
    id: "31-09",
    range: since("1.31"),
    verdict: "warn",
    title: "a DestinationRule beats a BackendTLSPolicy for the same host",
    evidence: "BackendTLSPolicies, and DestinationRules for the Services that they are for",
    reads: ["backendTlsPolicies", "destinationRules"],
    find: ({ backendTlsPolicies, destinationRules }) => {
      const hosts = new Set(
        destinationRules.map(({ metadata, spec }) => fullHost(spec?.host ?? "", metadata.namespace)),
      );
      return each("BackendTLSPolicy", backendTlsPolicies, ({ metadata, spec }) => {
        const target = spec?.targetRefs?.find(({ name = "" }) => hosts.has(fullHost(name, metadata.namespace)));
        return target && `is for ${target.name ?? ""}, as is a DestinationRule`;
      });
    },
    remedy: "keep one of them",
    source: releaseNote("60358"),
    proof: "istiod",
  }),
  note({
    id: "31-10",
    range: since("1.31"),
    verdict: "warn",
    title: "a subset without a TLS mode has the one of the whole rule",
    evidence: "DestinationRules with tls, and a subset with a trafficPolicy without it",
    reads: ["destinationRules"],
    find: ({ destinationRules }) =>
      each("DestinationRule", destinationRules, ({ spec }) => {
        const subset = spec?.subsets?.find(
          ({ trafficPolicy }) => trafficPolicy !== undefined && trafficPolicy.tls === undefined,
        );
        return (
          spec?.trafficPolicy?.tls !== undefined && subset !== undefined && `has subset ${subset.name} without tls`
        );
      }),
    remedy: "say the mode in the subset",
    source: changeNotes("1.31"),
    proof: "istiod",
  }),
  note({
    id: "31-11",
    range: patches("1.30.3", "1.31.0"),
    verdict: "warn",
    title: "namespaces beside “.” in the mesh's default exportTo count",
    evidence: "meshConfig.default…ExportTo with “.” and more",
    reads: ["configMaps"],
    find: (seen) =>
      meshConfigs(seen).flatMap(({ object, config }) =>
        exportKeys
          .filter((key) => isMixed(config, key))
          .map((key) => ({ object, says: `has ${key} with “.” and more` })),
      ),
    remedy: "see that each namespace is meant",
    source: releaseNote("60560"),
    proof: "istiod",
  }),
];
