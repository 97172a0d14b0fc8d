import * as semver from "semver";
import { cniPods, counted, each, isAmbient, planes, textOf, valueAt } from "../look";
import { profileNote } from "../profiles";
import { removedValues } from "../removedSettings";
import { note, only, releaseNote, since, upgradeNotes, type Note } from "../note";

const csr = /(^|\/)cert-manager-istio-csr[:@]/;

export const notes: readonly Note[] = [
  note({
    id: "24-01",
    range: since("1.24"),
    verdict: "inform",
    title: "chart base owns the CRDs, so Helm refuses those without its marks",
    evidence: "CRDs of istio.io without the label app.kubernetes.io/managed-by: Helm",
    reads: ["crds"],
    find: ({ crds }) =>
      each(
        "CRD",
        crds.filter(({ metadata }) => metadata.name?.endsWith(".istio.io")),
        ({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] !== "Helm" && "has no marks of Helm's",
      ),
    remedy: "nothing with this program, which marks them; else label and annotate them",
    source: upgradeNotes("1.24"),
  }),
  note({
    id: "24-08",
    range: since("1.24"),
    verdict: "refuse",
    title: "a certificate authority that is asked by gRPC has to speak ALPN",
    evidence: "istio-csr up to 0.12.0",
    reads: ["pods"],
    find: ({ pods }) =>
      each("Pod", pods, ({ spec }) => {
        const image = spec?.containers.find((one) => csr.test(one.image ?? ""))?.image;
        const version = semver.coerce(image?.split("@")[0]?.split(":").at(-1) ?? "");
        return version !== null && semver.lte(version, "0.12.0") && `runs istio-csr ${version.version}`;
      }),
    remedy: "upgrade istio-csr first, or set GRPC_ENFORCE_ALPN_ENABLED to false in the proxies' metadata",
    source: upgradeNotes("1.24"),
  }),
  note({
    id: "24-10",
    range: since("1.24"),
    verdict: "refuse",
    title: "pods of managed gateways no longer have the label istio.io/gateway-name",
    evidence: "selectors of NetworkPolicies, PodDisruptionBudgets, Services and PodMonitors",
    reads: ["networkPolicies", "podDisruptionBudgets", "services", "podMonitors"],
    find: ({ networkPolicies, podDisruptionBudgets, services, podMonitors }) => {
      const says = (thing: Parameters<typeof textOf>[0]) =>
        /"istio\.io\/gateway-name"/.test(textOf(thing)) && "selects pods by istio.io/gateway-name";
      return [
        ...each("NetworkPolicy", networkPolicies, says),
        ...each("PodDisruptionBudget", podDisruptionBudgets, says),
        ...each("Service", services, says),
        ...each("PodMonitor", podMonitors, says),
      ];
    },
    remedy: "select by gateway.networking.k8s.io/gateway-name",
    source: releaseNote("52049"),
  }),
  note({
    id: "24-11",
    range: since("1.24"),
    verdict: "warn",
    title: "Helm values, an annotation and flags are gone",
    evidence: "values of the Helm releases, pods with sidecar.istio.io/enableCoreDump, istiod's flags --log_rotate…",
    reads: ["releases", "pods", "deployments"],
    find: (seen) => [
      ...each("Helm release", seen.releases, ({ values }) => {
        const gone = removedValues.filter((path) => valueAt(values, path) !== undefined);
        return gone.length > 0 && `sets ${gone.join(", ")}, which nothing reads any more`;
      }),
      ...counted(
        seen.pods.filter(({ metadata }) => metadata.annotations?.["sidecar.istio.io/enableCoreDump"] !== undefined),
        "have the annotation sidecar.istio.io/enableCoreDump",
      ),
      ...each("Deployment", planes(seen), ({ spec }) => {
        const args = spec?.template.spec?.containers.flatMap((one) => one.args ?? []) ?? [];
        return args.some((arg) => arg.startsWith("--log_rotate")) && "has a flag --log_rotate…";
      }),
    ],
    remedy: "remove them; in place of istio_cni set pilot.cni",
    source: releaseNote("51987"),
  }),
  note({
    id: "24-12",
    range: only("1.24.0", "1.24.1"),
    verdict: "refuse",
    title: "istio-cni of 1.24.0 and 1.24.1 fails on nodes with AppArmor, or with CNI folders that root does not own",
    evidence: "pods of istio-cni",
    reads: ["pods"],
    find: (seen) => counted(cniPods(seen), "the node agent, which may not start"),
    remedy: "go to 1.24.2 or newer",
    source: releaseNote("53829"),
  }),
  note({
    id: "24-13",
    range: since("1.24"),
    verdict: "refuse",
    title: "ambient mode with DNS capture needs an order: node agent, restart of the pods, ztunnel",
    evidence: "value ambient.dnsCapture of istio-cni",
    reads: ["releases"],
    find: ({ releases }) =>
      each(
        "Helm release",
        releases,
        ({ values }) => valueAt(values, "ambient.dnsCapture") === true && "has ambient.dnsCapture",
      ),
    remedy: "upgrade the node agent, restart the pods of ambient namespaces, then upgrade ztunnel",
    source: upgradeNotes("1.24"),
  }),
  note({
    id: "24-14",
    range: since("1.24"),
    verdict: "inform",
    title: "ambient mode redirects without TPROXY, and does not ignore pods on the host's network any more",
    evidence: "pods in ambient mode",
    reads: ["pods"],
    find: ({ pods }) => counted(pods.filter(isAmbient), "in ambient mode"),
    remedy: "restart the pods after the step",
    source: releaseNote("ambient-redirect"),
  }),
  note({
    id: "24-15",
    range: since("1.24"),
    verdict: "inform",
    title: "metrics of expired certificates are never negative",
    evidence: "PrometheusRules with citadel_…_expiry_timestamp",
    reads: ["prometheusRules"],
    find: ({ prometheusRules }) =>
      each(
        "PrometheusRule",
        prometheusRules,
        (one) => /citadel_\w+_expiry_timestamp/.test(textOf(one)) && "uses a metric citadel_…_expiry_timestamp",
      ),
    remedy: "use the metric …_expiry_seconds",
    source: releaseNote("refactor-keycertbundle"),
  }),
  note({
    id: "24-16",
    range: since("1.24"),
    verdict: "refuse",
    title: "chart istiod-remote and the profiles for OpenShift are gone",
    evidence: "Helm releases of chart istiod-remote, and value profile",
    reads: ["releases"],
    find: ({ releases }) =>
      each("Helm release", releases, ({ chart, values }) => {
        if (chart === "istiod-remote") return "is of chart istiod-remote";
        const profile = valueAt(values, "profile");
        return typeof profile === "string" && profile.startsWith("openshift") && `has profile ${profile}`;
      }),
    remedy: "use chart istiod with profile=remote; global.platform=openshift",
    source: releaseNote("52981"),
  }),
  profileNote("1.24"),
];
