import * as semver from "semver";
import { each, isOfPeople, istiodEnv, providersOf, sidecarVersion, textOf } from "../look";
import { debugEndpoints } from "../debugEndpoints";
import { profileNote } from "../profiles";
import { removedHits, settingPlaces } from "../removedSettings";
import { istioFile, note, releaseNote, since, upgradeNotes, type Note } from "../note";
import type { Kinds, Objects, Pod } from "../kinds";

const cacertsKeys = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"];

/** Whether every node can run sidecars as init containers, and nobody has chosen. */
function nativeByDefault({ nodes, deployments }: Pick<Objects, "nodes" | "deployments">): boolean {
  const versions = nodes.map(({ status }) => semver.coerce(status?.nodeInfo?.kubeletVersion ?? ""));
  const all = versions.length > 0 && versions.every((version) => version !== null && semver.gte(version, "1.33.0"));
  return all && !istiodEnv({ deployments }).some(([name]) => name === "ENABLE_NATIVE_SIDECARS");
}

const isOneOff = ({ metadata, spec }: Pod) =>
  spec?.restartPolicy === "Never" && !(metadata.ownerReferences ?? []).some(({ kind }) => kind === "Job");

const changesPods = ({ metadata, webhooks = [] }: Kinds["mutatingWebhooks"]) =>
  !/istio/.test(metadata.name ?? "") &&
  webhooks.some(({ rules = [] }) =>
    rules.some(({ resources = [] }) => resources.some((one) => /^(\*|pods)(\/\*)?$/.test(one))),
  );

/** Pods whose proxy a person wrote, and which does not say its pod's name. */
const isNameless = ({ metadata, spec }: Pod) =>
  metadata.annotations?.["sidecar.istio.io/status"] === undefined &&
  spec?.containers.some(
    ({ image = "", env = [] }) =>
      /(^|\/)proxyv2[:@]/.test(image) &&
      !env.some(({ name, valueFrom }) => name === "POD_NAME" && valueFrom?.fieldRef?.fieldPath === "metadata.name"),
  ) === true;

export const notes: readonly Note[] = [
  note({
    id: "27-01",
    range: since("1.27"),
    verdict: "refuse",
    title: "where every node runs Kubernetes 1.33 or newer, new pods get istio-proxy as an init container",
    evidence:
      "nodes, istiod's ENABLE_NATIVE_SIDECARS, and what may trip over it: other mutating webhooks on pods, autoscalers by container, pods that never restart, alerts by container",
    reads: [
      ...(["nodes", "deployments", "pods"] as const),
      ...(["mutatingWebhooks", "horizontalPodAutoscalers", "prometheusRules"] as const),
    ],
    find: (seen) => {
      const meshed = seen.pods.filter((pod) => sidecarVersion(pod) !== undefined);
      if (meshed.length === 0 || !nativeByDefault(seen)) return [];
      const found = [
        ...each(
          "MutatingWebhookConfiguration",
          seen.mutatingWebhooks,
          (one) => changesPods(one) && "changes pods, too",
        ),
        ...each("HorizontalPodAutoscaler", seen.horizontalPodAutoscalers, (one) => {
          const text = textOf(one);
          return (
            /"ContainerResource"/.test(text) && /"istio-proxy"/.test(text) && "scales by the container istio-proxy"
          );
        }),
        ...each("Pod", meshed, (one) => isOneOff(one) && "never restarts, and is no Job's"),
        ...each("PrometheusRule", seen.prometheusRules, (one) => {
          const text = textOf(one);
          return /kube_pod_container_/.test(text) && /istio-proxy/.test(text) && "counts the container istio-proxy";
        }),
      ];
      if (found.length > 0) return found;
      return [
        {
          object: "the cluster's nodes",
          says: "run Kubernetes 1.33 or newer, and pods have sidecars",
          verdict: "warn",
        },
      ];
    },
    remedy:
      "see that they take it; pilot.env.ENABLE_NATIVE_SIDECARS: false keeps it as it was, sidecar.istio.io/nativeSidecar for a pod",
    source: upgradeNotes("1.27"),
    keeps: ["ENABLE_NATIVE_SIDECARS", "false"],
  }),
  note({
    id: "27-02",
    range: since("1.27"),
    verdict: "refuse",
    title: "istiod does not start with an incomplete Secret cacerts; it made a self-signed authority before",
    evidence: "names of the keys in Secret cacerts",
    reads: ["cacerts"],
    find: ({ cacerts }) =>
      each("Secret", cacerts, ({ keys }) => {
        // Another form, of cert-manager.
        if (keys.includes("tls.crt") && keys.includes("tls.key")) return undefined;
        const missing = cacertsKeys.filter((key) => !keys.includes(key));
        return missing.length > 0 && `lacks ${missing.join(", ")}`;
      }),
    remedy: "complete it; mind that every workload then gets its certificate from another authority",
    source: releaseNote("check-cacerts-completeness"),
    proof: "istiod",
  }),
  note({
    id: "27-03",
    range: since("1.27"),
    verdict: "warn",
    title: "the switches back to the retries of 1.23 are gone",
    evidence: "variables of istiod and proxies that 1.27 does not know",
    reads: settingPlaces,
    find: (seen) => removedHits(seen, "1.27"),
    remedy: "remove them; what 24-02 and 24-03 say is then true",
    source: istioFile("release-1.26", "manifests/helm-profiles/compatibility-version-1.23.yaml"),
  }),
  note({
    id: "27-04",
    range: since("1.27"),
    verdict: "warn",
    title: "istiod finds a proxy's pod by its name alone, no longer by its address (announced nowhere)",
    evidence: "pods with a proxy that was not injected and has no POD_NAME",
    reads: ["pods"],
    find: ({ pods }) => each("Pod", pods, (one) => isNameless(one) && "has a proxy that does not say its pod's name"),
    remedy: "give the container POD_NAME from metadata.name",
    source: releaseNote("pod-controller-avoid-ip-search"),
    keeps: ["ENABLE_PROXY_FIND_POD_BY_IP", "true"],
  }),
  {
    id: "27-05",
    range: since("1.27"),
    title: "objects of networking.istio.io are stored as v1",
    elsewhere: "backups and tools that read etcd; the way back to 1.21 and older is closed",
    remedy: "make a new backup after the step",
    source: istioFile("release-1.27", "manifests/charts/base/files/crd-all.gen.yaml"),
  },
  note({
    id: "27-06",
    range: since("1.27"),
    verdict: "refuse",
    title: "Lightstep is gone",
    evidence: "providers of kind lightstep",
    reads: ["configMaps"],
    find: (seen) => providersOf(seen, ["lightstep"]),
    remedy: "use a provider of kind opentelemetry",
    source: upgradeNotes("1.27"),
  }),
  note({
    id: "27-07",
    range: since("1.27"),
    verdict: "warn",
    title: "hosts with capital letters, and calls to a name with a dot at its end, match now",
    evidence: "VirtualServices with such hosts",
    reads: ["virtualServices"],
    find: ({ virtualServices }) =>
      each("VirtualService", virtualServices, ({ spec }) => {
        const host = spec?.hosts?.find((one) => /[A-Z]/.test(one) || one.endsWith("."));
        return host && `has host ${host}, which matched nothing before`;
      }),
    remedy: "see that its routes are meant",
    source: releaseNote("56090"),
    proof: "istiod",
  }),
  note({
    id: "27-08",
    range: since("1.27"),
    verdict: "inform",
    title: "trafficDistribution PreferClose goes by region and zone, no longer by subzone",
    evidence: "Services with it, and nodes with the label topology.istio.io/subzone",
    reads: ["services", "nodes"],
    find: ({ services, nodes }) =>
      nodes.some(({ metadata }) => metadata.labels?.["topology.istio.io/subzone"] !== undefined)
        ? each(
            "Service",
            services.filter(isOfPeople),
            ({ spec }) => spec?.trafficDistribution === "PreferClose" && "has PreferClose, on nodes with subzones",
          )
        : [],
    remedy: "use a DestinationRule with localityLbSetting where the subzone matters",
    source: releaseNote("55848"),
  }),
  {
    id: "27-09",
    range: since("1.27"),
    title: "Istio's dashboards for Grafana have fixed UIDs",
    elsewhere: "dashboards that were imported into Grafana, and links to them",
    remedy: "import them again",
    source: upgradeNotes("1.27"),
  },
  profileNote("1.27"),
  debugEndpoints,
];
