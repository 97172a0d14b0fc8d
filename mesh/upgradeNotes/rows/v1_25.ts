import { cniPods, counted, each, isAmbient, isOfPeople, providersOf, textOf, valueAt } from "../look";
import { profileNote } from "../profiles";
import { isPinned, removedHits, settingPlaces } from "../removedSettings";
import { istioFile, note, only, onlyMinor, releaseNote, since, upgradeNotes, type Note } from "../note";
import { resourceScoping, targetPorts } from "./v1_22";

const isZtunnel = ({ chart, metadata, values }: { chart: string; metadata: { name?: string }; values: unknown }) =>
  chart === "ztunnel" && metadata.name !== "ztunnel" && valueAt(values, "resourceName") === undefined;

export const notes: readonly Note[] = [
  note({
    id: "25-01",
    range: since("1.25"),
    verdict: "warn",
    title:
      "no address counts as internal: headers x-envoy-… from callers are dropped at gateways and where useRemoteAddress is set",
    evidence: "VirtualServices that name such headers, EnvoyFilters with internal_address_config or use_remote_address",
    reads: ["virtualServices", "envoyFilters"],
    find: ({ virtualServices, envoyFilters }) => [
      ...each("VirtualService", virtualServices, (one) => /x-envoy-/i.test(textOf(one)) && "names a header x-envoy-…"),
      ...each("EnvoyFilter", envoyFilters, (one) => {
        const name = /internal_address_config|internalAddressConfig|use_remote_address|useRemoteAddress/.exec(
          textOf(one),
        )?.[0];
        return name && `sets ${name}`;
      }),
    ],
    remedy:
      "set pilot.env.ENABLE_HCM_INTERNAL_NETWORKS to true with meshNetworks of all addresses that are to count as internal",
    source: releaseNote("53402"),
    keeps: ["ENABLE_HCM_INTERNAL_NETWORKS", "true"],
  }),
  note({
    id: "25-02",
    range: since("1.25"),
    verdict: "warn",
    title: "istiod gives ServiceEntries addresses of 240.240.0.0/16, which sidecars with DNS capture answer with",
    evidence: "DNS capture, and ServiceEntries without addresses or wildcard hosts whose resolution is not NONE",
    reads: [...settingPlaces, "serviceEntries"],
    find: (seen) =>
      isPinned(seen, "ISTIO_META_DNS_CAPTURE", "true")
        ? each("ServiceEntry", seen.serviceEntries, ({ metadata, spec }) => {
            if (metadata.labels?.["networking.istio.io/enable-autoallocate-ip"] === "false") return undefined;
            const none = (spec?.resolution ?? "NONE") === "NONE" || (spec?.addresses ?? []).length > 0;
            return (
              !none && spec?.hosts?.every((host) => !host.startsWith("*")) === true && "gets an address of its own"
            );
          })
        : [],
    remedy:
      'see that nothing else has 240.240.0.0/16; label an entry with networking.istio.io/enable-autoallocate-ip: "false" to leave it out',
    source: releaseNote("ip-allocation-v2-default"),
    proof: "istiod",
    keeps: ["PILOT_ENABLE_IP_AUTOALLOCATE", "false"],
  }),
  note({
    id: "25-03",
    range: since("1.25"),
    verdict: "refuse",
    title: "OpenCensus is gone",
    evidence: "providers of kind opencensus",
    reads: ["configMaps"],
    find: (seen) => providersOf(seen, ["opencensus"]),
    remedy: "use a provider of kind opentelemetry",
    source: upgradeNotes("1.25"),
  }),
  note({
    id: "25-04",
    range: onlyMinor("1.25"),
    verdict: "refuse",
    title: "in 1.25 alone ztunnel's objects are named after its release",
    evidence: "Helm releases of chart ztunnel with another name and no resourceName",
    reads: ["releases"],
    find: ({ releases }) => each("Helm release", releases, (one) => isZtunnel(one) && "is of chart ztunnel"),
    remedy: "set resourceName to ztunnel, or pass 1.25 over",
    source: upgradeNotes("1.25"),
  }),
  note({
    id: "25-05",
    range: since("1.25"),
    verdict: "warn",
    title: "ambient mode captures the DNS of new pods",
    evidence: "pods in ambient mode",
    reads: ["pods"],
    find: ({ pods }) => counted(pods.filter(isAmbient), "in ambient mode; those that come get DNS capture"),
    remedy: 'annotate pods with ambient.istio.io/dns-capture: "false" to leave them out',
    source: upgradeNotes("1.25"),
  }),
  {
    id: "25-06",
    range: since("1.25"),
    title: "an injection that fails in part fails the pod, which was half-injected before",
    elsewhere: "what the new injector makes of your pods; this program's rollout tries one before it restarts any",
    remedy: "start one pod of each kind after the step",
    source: releaseNote("propagate-injection-config-errors"),
  },
  note({
    id: "25-07",
    range: since("1.25"),
    verdict: "warn",
    title: "a WasmPlugin with FAIL_CLOSE denies every call while its image cannot be fetched",
    evidence: "WasmPlugins with failStrategy FAIL_CLOSE, which is the default",
    reads: ["wasmPlugins"],
    find: ({ wasmPlugins }) =>
      each(
        "WasmPlugin",
        wasmPlugins,
        ({ spec }) => (spec?.failStrategy ?? "FAIL_CLOSE") === "FAIL_CLOSE" && "fails closed",
      ),
    remedy: "see that each node reaches the image, or set failStrategy: FAIL_OPEN",
    source: releaseNote("53279"),
  }),
  note({
    id: "25-08",
    range: since("1.25"),
    verdict: "warn",
    title: "sidecars obey trafficDistribution of Services",
    evidence: "Services with spec.trafficDistribution",
    reads: ["services"],
    find: ({ services }) =>
      each(
        "Service",
        services.filter(isOfPeople),
        ({ spec }) => spec?.trafficDistribution !== undefined && `has trafficDistribution ${spec.trafficDistribution}`,
      ),
    remedy: "remove the field where calls are to go to every zone",
    source: releaseNote("traffic-distribution"),
  }),
  note({
    id: "25-09",
    range: since("1.25"),
    verdict: "refuse",
    title: "chart cni no longer finds out by itself that it is on GKE",
    evidence: "nodes of GKE, pods of istio-cni, and value global.platform",
    reads: ["nodes", "pods", "releases"],
    find: (seen) => {
      const isGke = seen.nodes.some(({ metadata }) => metadata.labels?.["cloud.google.com/gke-nodepool"] !== undefined);
      const isSaid = seen.releases.some(
        ({ chart, values }) =>
          chart === "cni" && (valueAt(values, "global.platform") ?? valueAt(values, "platform")) === "gke",
      );
      return isGke && !isSaid
        ? counted(cniPods(seen), "the node agent on GKE, which would look in the wrong folder")
        : [];
    },
    remedy: "set global.platform to gke in the values of cni",
    source: releaseNote("54141"),
  }),
  note({
    id: "25-10",
    range: since("1.25"),
    verdict: "inform",
    title: "the proxy's port 15004 is gone",
    evidence: "Services and NetworkPolicies with port 15004",
    reads: ["services", "networkPolicies"],
    find: ({ services, networkPolicies }) => {
      const says = (thing: Parameters<typeof textOf>[0]) => /\b15004\b/.test(textOf(thing)) && "names port 15004";
      return [...each("Service", services, says), ...each("NetworkPolicy", networkPolicies, says)];
    },
    remedy: "use 15000 or 15020",
    source: istioFile("release-1.25", "pkg/istio-agent/agent.go"),
  }),
  note({
    id: "25-env",
    range: since("1.25"),
    verdict: "warn",
    title: "settings that 1.25 no longer has",
    evidence: "variables that 1.25 does not know, and what each of them held back",
    reads: [...new Set([...settingPlaces, ...resourceScoping.reads, ...targetPorts.reads])],
    find: (seen, step) => [
      ...removedHits(seen, "1.25"),
      ...[resourceScoping, targetPorts].flatMap((row) =>
        row.keeps !== undefined && isPinned(seen, ...row.keeps)
          ? row.find(seen, step).map((hit) => ({ ...hit, verdict: "refuse" as const }))
          : [],
      ),
    ],
    remedy: "remove the variables, and do for each object what 22-a and 22-b say",
    source: upgradeNotes("1.25"),
  }),
  profileNote("1.25"),
  note({
    id: "25-p1",
    range: only("1.25.0", "1.25.3"),
    verdict: "refuse",
    title: "1.25.0 to 1.25.3 may choose the wrong iptables on nodes that have rules of both kinds",
    evidence: "pods whose rules istio-init writes",
    reads: ["pods"],
    find: ({ pods }) =>
      counted(
        pods.filter(({ spec }) => spec?.initContainers?.some(({ name }) => name === "istio-init") === true),
        "have istio-init, which may write rules that nothing reads",
      ),
    remedy: "go to 1.25.4 or newer",
    source: releaseNote("55281"),
  }),
];
