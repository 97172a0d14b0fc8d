import { cniPods, counted, each, isAmbient, providersOf, valueAt } from "../look";
import { profileNote } from "../profiles";
import { removedHits, settingPlaces } from "../removedSettings";
import { note, only, releaseNote, since, upgradeNotes, type Note } from "../note";

export const notes: readonly Note[] = [
  note({
    id: "26-01",
    range: since("1.26"),
    verdict: "refuse",
    title: "ztunnel's objects are named ztunnel again, whatever the release is called",
    evidence: "Helm releases of chart ztunnel 1.25 with another name and no resourceName",
    reads: ["releases"],
    find: ({ releases }) =>
      each(
        "Helm release",
        releases,
        ({ chart, chartVersion, metadata, values }) =>
          chart === "ztunnel" &&
          chartVersion.startsWith("1.25.") &&
          metadata.name !== "ztunnel" &&
          valueAt(values, "resourceName") === undefined &&
          "named its objects after itself",
      ),
    remedy: "set resourceName to the release's name, or to ztunnel at a moment without traffic",
    source: upgradeNotes("1.26"),
  }),
  note({
    id: "26-02",
    range: since("1.26"),
    verdict: "warn",
    title: "the node agent leaves the host's network",
    evidence: "pods of istio-cni, beside pods in ambient mode",
    reads: ["pods"],
    find: (seen) =>
      seen.pods.some(isAmbient) ? counted(cniPods(seen), "the node agent, with pod addresses then") : [],
    remedy: "let NetworkPolicies and firewalls pass them, or set ambient.shareHostNetworkNamespace to true",
    source: releaseNote("54726"),
  }),
  {
    id: "26-03",
    range: since("1.26"),
    title: "a proxy accepts one connection for each event of a socket",
    elsewhere: "proxies with very many new connections at a time",
    remedy: "set MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP to 0",
    source: releaseNote("max-socket-events"),
  },
  note({
    id: "26-04",
    range: since("1.26"),
    verdict: "warn",
    title: "Lightstep is announced to leave with 1.27",
    evidence: "providers of kind lightstep",
    reads: ["configMaps"],
    find: (seen) => providersOf(seen, ["lightstep"]),
    remedy: "use a provider of kind opentelemetry",
    source: upgradeNotes("1.26"),
  }),
  note({
    id: "26-env",
    range: since("1.26"),
    verdict: "warn",
    title: "settings that 1.26 no longer has",
    evidence: "variables of istiod and proxies that 1.26 does not know",
    reads: settingPlaces,
    find: (seen) => removedHits(seen, "1.26"),
    remedy: "remove them; without ENABLE_AUTO_SNI: false, 21-b is true of your DestinationRules",
    source: upgradeNotes("1.26"),
    proof: "istiod",
  }),
  profileNote("1.26"),
  note({
    id: "26-p1",
    range: only("1.26.0", "1.26.0"),
    verdict: "refuse",
    title: "istiod 1.26.0 crashes on hostnames of the Gateway API",
    evidence: "Gateways of the Gateway API with a hostname",
    reads: ["gatewayApiGateways"],
    find: ({ gatewayApiGateways }) =>
      each(
        "Gateway",
        gatewayApiGateways,
        ({ spec }) => spec?.listeners?.some(({ hostname }) => hostname !== undefined) === true && "has a hostname",
      ),
    remedy: "go to 1.26.1 or newer",
    source: releaseNote("56300"),
  }),
  note({
    id: "26-p2",
    range: "<=1.25.4 || >=1.26.0-0 <=1.26.3 || 1.27.0",
    verdict: "refuse",
    title: "gateways of a default revision that is not called default are not programmed",
    evidence: "value defaultRevision of chart base, and Gateways of the Gateway API without istio.io/rev",
    reads: ["releases", "gatewayApiGateways"],
    find: ({ releases, gatewayApiGateways }) => {
      const others = releases.some(({ chart, values }) => {
        const revision = valueAt(values, "defaultRevision");
        return chart === "base" && typeof revision === "string" && revision !== "" && revision !== "default";
      });
      return others
        ? each(
            "Gateway",
            gatewayApiGateways,
            ({ metadata }) => metadata.labels?.["istio.io/rev"] === undefined && "has no istio.io/rev",
          )
        : [];
    },
    remedy: "go to 1.25.5, 1.26.4 or 1.27.1",
    source: releaseNote("56767"),
  }),
];
