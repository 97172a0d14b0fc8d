import { planeRevision } from "../../istio/controlPlanes";
import { bundleVersion, counted, each, isAmbient, nameOf, planes, sidecarVersion, valueAt } from "../look";
import { istioFile, note, onlyMinor, releaseNote, since, upgradeNotes, type Note } from "../note";
import { winnersOf30 } from "../winners";
import { xdsDebug } from "../debugEndpoints";
import { isOlderBundle } from "./v1_28";

const untaint = "PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS";

export const notes: readonly Note[] = [
  note({
    id: "30-01",
    range: since("1.30"),
    verdict: "refuse",
    title: "TLSRoutes are read as v1: with CRDs below 1.5.0 they are ignored, and their listeners vanish",
    evidence: "TLSRoutes, and the version of their CRD",
    reads: ["tlsRoutes", "crds"],
    find: (seen) => {
      const version = bundleVersion(seen, "tlsroutes");
      return isOlderBundle(version, "1.5.0")
        ? each("TLSRoute", seen.tlsRoutes, () => `is of CRDs ${version ?? "of unknown version"}`)
        : [];
    },
    remedy:
      "upgrade CRDs and istiod close together, without traffic that must not be lost: 1.29.2 and later ignore CRDs above 1.4.1, 1.30 those below 1.5",
    source: istioFile("release-1.30", "pkg/config/schema/gatewayapi/minimumversions.go"),
  }),
  note({
    id: "30-02",
    range: since("1.30"),
    verdict: "refuse",
    title: "the charts' images come from registry.istio.io, which is switched off in December 2026",
    evidence: "the registry that the new release asks for; values hub and global.hub of istiod",
    reads: ["releases"],
    find: ({ releases }, { hub }) =>
      hub !== undefined
        ? []
        : each(
            "Helm release",
            releases.filter(({ chart }) => chart === "istiod"),
            ({ values }) =>
              (valueAt(values, "global.hub") ?? valueAt(values, "hub") ?? "") === "" && "names no registry of its own",
          ),
    remedy: "set global.hub to docker.io/istio",
    source: releaseNote("use-registry-istio-io"),
  }),
  note({
    id: "30-03",
    range: since("1.30"),
    verdict: "refuse",
    title:
      "a host that a VirtualService names and a Sidecar does not import is a Service's first, then the oldest ServiceEntry's; the namespaces' alphabet decided before",
    evidence: "hosts in several namespaces that VirtualServices name, and Sidecars: both winners are computed",
    reads: ["services", "serviceEntries", "virtualServices", "sidecars", "namespaces"],
    find: winnersOf30,
    remedy: "import the one that is meant in the Sidecar's egress, or rename one of them",
    source: releaseNote("sidecar-pick-best-service-namespace"),
    proof: "istiod",
    keeps: ["PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE", "false"],
  }),
  xdsDebug,
  note({
    id: "30-05",
    range: since("1.30"),
    verdict: "refuse",
    title: "the node agent takes pods of its excludeNamespaces out of ambient mode",
    evidence: "value excludeNamespaces of istio-cni, and pods in ambient mode there",
    reads: ["releases", "pods"],
    find: ({ releases, pods }) => {
      const excluded = releases.flatMap(({ chart, values }) => {
        const list = valueAt(values, "excludeNamespaces") ?? valueAt(values, "cni.excludeNamespaces");
        return chart === "cni" && Array.isArray(list) ? (list as readonly unknown[]) : [];
      });
      return counted(
        pods.filter((pod) => isAmbient(pod) && excluded.includes(pod.metadata.namespace)),
        "are in ambient mode, and in excludeNamespaces",
      );
    },
    remedy: "take the namespace out of excludeNamespaces",
    source: upgradeNotes("1.30"),
  }),
  note({
    id: "30-06",
    range: since("1.30"),
    verdict: "warn",
    title: `chart istiod sets ${untaint} itself`,
    evidence: "values env and pilot.env of istiod",
    reads: ["releases"],
    find: ({ releases }) =>
      each(
        "Helm release",
        releases,
        ({ values }) =>
          (valueAt(values, `env.${untaint}`) ?? valueAt(values, `pilot.env.${untaint}`)) !== undefined &&
          "sets it, too: it would be there twice",
      ),
    remedy: "remove it, and use taint.enabled",
    source: upgradeNotes("1.30"),
  }),
  note({
    id: "30-07",
    range: since("1.30"),
    verdict: "inform",
    title: "metrics name a workload without the label app by app.kubernetes.io/name: new time series begin",
    evidence: "pods with a proxy and app.kubernetes.io/name, and without app",
    reads: ["pods"],
    find: ({ pods }) =>
      counted(
        pods.filter(
          (pod) =>
            sidecarVersion(pod) !== undefined &&
            pod.metadata.labels?.["app"] === undefined &&
            pod.metadata.labels?.["app.kubernetes.io/name"] !== undefined,
        ),
        "get another source_app and destination_app",
      ),
    remedy: "see that dashboards and alerts take both names",
    source: releaseNote("58436"),
  }),
  note({
    id: "30-08",
    range: onlyMinor("1.30"),
    verdict: "inform",
    title: "an HTTPRoute without backendRefs answers 404 in 1.30, 500 before and after",
    evidence: "HTTPRoutes with a rule without backendRefs and without a redirect",
    reads: ["httpRoutes"],
    find: ({ httpRoutes }) =>
      each(
        "HTTPRoute",
        httpRoutes,
        ({ spec }) =>
          spec?.rules?.some(
            ({ backendRefs = [], filters = [] }) =>
              backendRefs.length === 0 && !filters.some(({ type }) => type === "RequestRedirect"),
          ) === true && "has a rule without backendRefs",
      ),
    remedy: "give the rule a backend",
    source: releaseNote("59356"),
  }),
  {
    id: "30-09",
    range: since("1.30"),
    title: "istiod reads the new kind TrafficExtension",
    elsewhere: "the order of the releases: base brings the CRD before istiod; this program keeps it",
    remedy: "upgrade base first",
    source: releaseNote("trafficextension"),
  },
  note({
    id: "30-10",
    range: since("1.30"),
    verdict: "refuse",
    title: "an istiod of 1.28 that starts with the injector's ConfigMap of 1.30 exits",
    evidence: "several control planes of one revision, which share that ConfigMap",
    reads: ["deployments"],
    find: (seen) => {
      const all = planes(seen);
      const revision = ({ spec }: (typeof all)[number]) => planeRevision(spec?.template.metadata?.labels);
      return all.flatMap((plane) => {
        const other = all.find((one) => one !== plane && revision(one) === revision(plane));
        if (other === undefined) return [];
        return [{ object: nameOf("Deployment", plane), says: `has the revision of ${nameOf("Deployment", other)}` }];
      });
    },
    remedy: "give each control plane its own revision",
    source: istioFile(
      "release-1.30",
      "manifests/charts/istio-control/istio-discovery/templates/istiod-injector-configmap.yaml",
    ),
  }),
  {
    id: "30-11",
    range: since("1.30"),
    title: "a gateway ends a TLS handshake that takes longer than 15 seconds",
    elsewhere: "clients on slow lines",
    remedy: "set pilot.env.PILOT_GATEWAY_TRANSPORT_SOCKET_CONNECT_TIMEOUT; 0s switches it off",
    source: istioFile("release-1.30", "pilot/pkg/features/pilot.go"),
  },
];
