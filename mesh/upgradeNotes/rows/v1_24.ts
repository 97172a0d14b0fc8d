import { each, groupedBy, meshConfigs, nameOf, policiesOf, textOf, isOfPeople, fullHost } from "../look";
import { isPinned, removedHits, settingPlaces, variablesOf } from "../removedSettings";
import { note, releaseNote, since, upgradeNotes, type Note } from "../note";
import { winnersOf24 } from "../winners";
import { externalNames, serverCertificates, wildcardHosts } from "./v1_21";

// What 1.24 changes for traffic; the rest of 1.24 is in v1_24install.ts.

const goneNames = /wasm\.(down|up)stream_peer|istio_responseClass|\bnode\.metadata/;

const isGrpc = ({ name = "", appProtocol = "" }: { readonly name?: string; readonly appProtocol?: string }) =>
  /^grpc(-|$)/.test(name) || appProtocol === "grpc" || appProtocol === "kubernetes.io/h2c";

/** istiod takes none for another exportTo than "*", though both mean every namespace. */
const sortedText = (list: readonly string[] = []) => JSON.stringify([...new Set(list)].sort());

export const notes: readonly Note[] = [
  note({
    id: "24-02",
    range: since("1.24"),
    verdict: "warn",
    title: "what is retried by default no longer covers every 503",
    evidence: "VirtualServices that retry without retryOn, while meshConfig.defaultHttpRetryPolicy is not set",
    reads: ["virtualServices", "configMaps"],
    find: (seen) => {
      if (meshConfigs(seen).some(({ config }) => config.defaultHttpRetryPolicy !== undefined)) return [];
      return each(
        "VirtualService",
        seen.virtualServices,
        ({ spec }) =>
          spec?.http?.some(({ retries }) => (retries?.attempts ?? 0) > 0 && (retries?.retryOn ?? "") === "") === true &&
          "retries without saying on what",
      );
    },
    remedy: "spell it out, such as retryOn: connect-failure,refused-stream,unavailable,cancelled,503",
    source: releaseNote("50506"),
    proof: "istiod",
    keeps: ["EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY", "false"],
  }),
  note({
    id: "24-03",
    range: since("1.24"),
    verdict: "warn",
    title:
      "the receiving sidecar retries what its application has not seen; long gRPC streams cost it memory until 1.26",
    evidence: "Services with gRPC ports",
    reads: ["services"],
    find: ({ services }) =>
      each(
        "Service",
        services.filter(isOfPeople),
        ({ spec }) => spec?.ports?.some(isGrpc) === true && "has a gRPC port",
      ),
    remedy: "watch the memory of sidecars with long streams",
    source: releaseNote("grpc-inbound-retry"),
    keeps: ["ENABLE_INBOUND_RETRY_POLICY", "false"],
  }),
  note({
    id: "24-04",
    range: since("1.24"),
    verdict: "warn",
    title: "for hosts outside the mesh the certificates of a DestinationRule beat those of the pod's metadata",
    evidence: "DestinationRules with client certificates for hosts of ServiceEntries, and ISTIO_META_TLS_CLIENT_… set",
    reads: [...settingPlaces, "destinationRules", "serviceEntries"],
    find: (seen) => {
      const own = seen.pods.some(({ spec }) =>
        spec?.containers.some(({ env = [] }) => env.some(({ name }) => name.startsWith("ISTIO_META_TLS_CLIENT_"))),
      );
      if (!own && !variablesOf(seen).some(({ name }) => name.startsWith("ISTIO_META_TLS_CLIENT_"))) return [];
      const outside = new Set(
        seen.serviceEntries
          .filter(({ spec }) => spec?.location !== "MESH_INTERNAL")
          .flatMap(({ spec }) => spec?.hosts ?? []),
      );
      return each(
        "DestinationRule",
        seen.destinationRules.filter(({ spec }) => outside.has(spec?.host ?? "")),
        (rule) =>
          policiesOf(rule).some(
            ([, { tls }]) => tls?.clientCertificate !== undefined || tls?.credentialName !== undefined,
          ) && "has a client certificate, which now counts",
      );
    },
    remedy: "see which of both certificates the host expects",
    source: releaseNote("52597"),
    proof: "istiod",
    keeps: ["PREFER_DESTINATIONRULE_TLS_FOR_EXTERNAL_SERVICES", "false"],
  }),
  note({
    id: "24-05",
    range: since("1.24"),
    verdict: "refuse",
    title: "DestinationRules of one host with different exportTo are no longer merged",
    evidence: "DestinationRules of one host whose exportTo differs",
    reads: ["destinationRules"],
    find: ({ destinationRules }) => {
      const hostOf = ({ metadata, spec }: (typeof destinationRules)[number]) =>
        `${metadata.namespace ?? ""} ${fullHost(spec?.host ?? "", metadata.namespace)}`;
      const byHost = groupedBy(destinationRules, hostOf);
      return destinationRules.flatMap((rule) => {
        const exported = sortedText(rule.spec?.exportTo);
        const other = byHost.get(hostOf(rule))?.find((one) => sortedText(one.spec?.exportTo) !== exported);
        if (other === undefined) return [];
        const says = `is for ${rule.spec?.host ?? ""}, as is ${nameOf("DestinationRule", other)}, with another exportTo`;
        return [{ object: nameOf("DestinationRule", rule), says }];
      });
    },
    remedy: "give them the same exportTo",
    source: releaseNote("52519"),
    proof: "istiod",
    keeps: ["ENABLE_ENHANCED_DESTINATIONRULE_MERGE", "false"],
  }),
  note({
    id: "24-06",
    range: since("1.24"),
    verdict: "refuse",
    title: "who answers for a host that exists twice is the caller's own namespace, then a Service, then anyone",
    evidence:
      "hosts of Services and ServiceEntries in several namespaces: who wins is computed for each calling namespace",
    reads: ["services", "serviceEntries", "sidecars", "namespaces"],
    find: winnersOf24,
    remedy: "rename one of them, or narrow its exportTo",
    source: upgradeNotes("1.24"),
    proof: "istiod",
    keeps: ["PILOT_UNIFIED_SIDECAR_SCOPE", "false"],
  }),
  note({
    id: "24-07",
    range: since("1.24"),
    verdict: "refuse",
    title:
      "names in CEL expressions are gone: wasm.downstream_peer, wasm.upstream_peer, node.metadata, istio_responseClass",
    evidence: "text of Telemetries, EnvoyFilters and WasmPlugins",
    reads: ["telemetries", "envoyFilters", "wasmPlugins"],
    find: ({ telemetries, envoyFilters, wasmPlugins }) => {
      const says = (thing: Parameters<typeof textOf>[0]) => {
        const name = goneNames.exec(textOf(thing))?.[0];
        return name && `uses ${name}`;
      };
      return [
        ...each("Telemetry", telemetries, says),
        ...each("EnvoyFilter", envoyFilters, says),
        ...each("WasmPlugin", wasmPlugins, says),
      ];
    },
    remedy: "use filter_state.downstream_peer, filter_state.upstream_peer and xds.node, with has() for both versions",
    source: upgradeNotes("1.24"),
  }),
  note({
    id: "24-09",
    range: since("1.24"),
    verdict: "refuse",
    title: "the switches back to the behaviour of 1.20 are gone",
    evidence: "variables that 1.24 does not know, and what each of them held back",
    reads: [...settingPlaces, "services", "virtualServices", "destinationRules"],
    find: (seen, step) => [
      ...removedHits(seen, "1.24").map((hit) => ({ ...hit, verdict: "warn" as const })),
      ...[serverCertificates, externalNames, wildcardHosts].flatMap((row) =>
        row.keeps !== undefined && isPinned(seen, ...row.keeps)
          ? row.find(seen as Parameters<typeof row.find>[0], step)
          : [],
      ),
    ],
    remedy: "remove the variables, and do for each object what 21-a, 21-c and 21-d say",
    source: releaseNote("compatibility-version-1-20"),
    proof: "istiod",
  }),
];
