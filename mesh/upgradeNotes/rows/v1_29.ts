import { cniPods, counted, each, isAmbient, isBelow, istiodEnv, meshConfigs, planes, textOf } from "../look";
import { versionOf } from "../../istio/images";
import { istioFile, note, patches, releaseNote, since, upgradeNotes, type Note } from "../note";
import type { Kinds } from "../kinds";
import type { Labels } from "../thing";

const oldAccount = "istiod-service-account";

const quantities = ["proxyCPU", "proxyMemory", "proxyCPULimit", "proxyMemoryLimit"];

/** A quantity as Kubernetes takes it: a number with an exponent or a suffix. */
const quantity = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

/** The first of a pod's annotations that says no quantity. */
const wrongQuantity = (annotations: Labels = {}) =>
  quantities
    .map((name) => `sidecar.istio.io/${name}`)
    .find((name) => annotations[name] !== undefined && !quantity.test(annotations[name]));

const names = ({ metadata, subjects = [] }: Kinds["roleBindings"]) =>
  metadata.annotations?.["meta.helm.sh/release-name"] === undefined &&
  subjects.some(
    ({ kind, name, namespace }) => kind === "ServiceAccount" && name === oldAccount && namespace === "istio-system",
  );

const ztunnels = (pods: readonly Kinds["pods"][]) =>
  pods.filter(({ spec }) => spec?.containers.some(({ image = "" }) => /(^|\/)ztunnel[:@]/.test(image)));

export const notes: readonly Note[] = [
  note({
    id: "29-02",
    range: since("1.29"),
    verdict: "refuse",
    title: "base drops the ServiceAccount istiod-service-account, with the roles istiod and istiod-reader",
    evidence: "istiod's own account, bindings of others to it, its annotations and imagePullSecrets",
    reads: ["deployments", "clusterRoleBindings", "roleBindings", "serviceAccounts"],
    find: (seen) => [
      ...each(
        "Deployment",
        planes(seen),
        ({ spec }) => spec?.template.spec?.serviceAccountName === oldAccount && `runs as ${oldAccount}`,
      ),
      ...each("ClusterRoleBinding", seen.clusterRoleBindings, (one) => names(one) && `names ${oldAccount}`),
      ...each("RoleBinding", seen.roleBindings, (one) => names(one) && `names ${oldAccount}`),
      ...each("ServiceAccount", seen.serviceAccounts, ({ metadata, imagePullSecrets = [] }) => {
        const cloud = Object.keys(metadata.annotations ?? {}).find((key) =>
          /(eks\.amazonaws|iam\.gke|azure)/.test(key),
        );
        if (metadata.name !== oldAccount) return undefined;
        return cloud === undefined
          ? imagePullSecrets.length > 0 && "has imagePullSecrets"
          : `has the annotation ${cloud}`;
      }),
    ],
    remedy: "bind, annotate and give to ServiceAccount istiod what the old one has",
    source: upgradeNotes("1.29"),
  }),
  note({
    id: "29-03",
    range: since("1.29"),
    verdict: "warn",
    title: "the metrics remaining_… of circuit breakers are off",
    evidence: "EnvoyFilters, PrometheusRules and proxyStatsMatcher that name them",
    reads: ["envoyFilters", "prometheusRules", "configMaps"],
    find: (seen) => {
      const says = (thing: Parameters<typeof textOf>[0]) =>
        /remaining_(cx|pending|rq|retries)/.test(textOf(thing)) && "names a metric remaining_…";
      return [
        ...each("EnvoyFilter", seen.envoyFilters, says),
        ...each("PrometheusRule", seen.prometheusRules, says),
        ...meshConfigs(seen)
          .filter(({ config }) => /remaining_/.test(JSON.stringify(config.defaultConfig?.proxyStatsMatcher ?? {})))
          .map(({ object }) => ({ object, says: "includes metrics remaining_…" })),
      ];
    },
    remedy: "count from the limit down, or switch them on again",
    source: upgradeNotes("1.29"),
    proof: "istiod",
    keeps: ["DISABLE_TRACK_REMAINING_CB_METRICS", "false"],
  }),
  note({
    id: "29-04",
    range: since("1.29"),
    verdict: "warn",
    title: "Envoy's metrics are compressed as the scraper asks; the annotation statsCompression is gone",
    evidence: "pods with sidecar.istio.io/statsCompression",
    reads: ["pods"],
    find: ({ pods }) =>
      counted(
        pods.filter(({ metadata }) => metadata.annotations?.["sidecar.istio.io/statsCompression"] !== undefined),
        "have the annotation sidecar.istio.io/statsCompression",
      ),
    remedy: "remove it; statsCompression: false in the proxies' configuration switches it off",
    source: upgradeNotes("1.29"),
  }),
  note({
    id: "29-05",
    range: since("1.29"),
    verdict: "warn",
    title: "the node agent writes the rules of running pods in ambient mode anew when it starts",
    evidence: "pods in ambient mode",
    reads: ["pods"],
    find: ({ pods }) => counted(pods.filter(isAmbient), "in ambient mode"),
    remedy: "upgrade node by node; ambient.reconcileIptablesOnStartup: false leaves the rules alone",
    source: upgradeNotes("1.29"),
  }),
  note({
    id: "29-06",
    range: since("1.29"),
    verdict: "refuse",
    title: "ztunnels below 1.29 enforce AuthorizationPolicies that are a dry run",
    evidence: "istiod's AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY, ztunnels, policies with istio.io/dry-run",
    reads: ["deployments", "pods", "authorizationPolicies"],
    find: (seen) => {
      const isOn = istiodEnv(seen).some(
        ([name, value]) => name === "AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY" && value === "true",
      );
      const isOld = ztunnels(seen.pods).some(({ spec }) =>
        spec?.containers.some(({ image }) => isBelow(versionOf(image), "1.29.0")),
      );
      if (!isOn || !isOld) return [];
      return each(
        "AuthorizationPolicy",
        seen.authorizationPolicies,
        ({ metadata }) =>
          metadata.annotations?.["istio.io/dry-run"] === "true" && "is a dry run that would be enforced",
      );
    },
    remedy: "upgrade ztunnel first",
    source: upgradeNotes("1.29"),
  }),
  note({
    id: "29-07",
    range: patches("1.27.6", "1.28.4", "1.29.0"),
    verdict: "refuse",
    title: "a pod is not injected where an annotation for the proxy's resources is no quantity",
    evidence: "pods with sidecar.istio.io/proxyCPU, proxyMemory, proxyCPULimit, proxyMemoryLimit",
    reads: ["pods"],
    find: ({ pods }) =>
      each("Pod", pods, ({ metadata }) => {
        const name = wrongQuantity(metadata.annotations);
        return name && `has ${name}: ${JSON.stringify(metadata.annotations?.[name])}`;
      }),
    remedy: "write a quantity, such as 100m or 128Mi",
    source: istioFile("release-1.29", "pkg/kube/inject/validate.go"),
  }),
  {
    id: "29-08",
    range: since("1.29"),
    title: "istiod keeps its heap below 90 % of its memory limit",
    elsewhere: "whether istiod's memory is close to its limit",
    remedy: "raise the limit where it is",
    source: releaseNote("gomemlimit-90-percent"),
  },
  note({
    id: "29-09",
    range: since("1.29"),
    verdict: "inform",
    title: "the node agent takes 30 seconds to end, 5 before",
    evidence: "pods of istio-cni",
    reads: ["pods"],
    find: (seen) => counted(cniPods(seen), "the node agent"),
    remedy: "nothing, but a drained node takes longer",
    source: releaseNote("istio-cni-chart-termgrace"),
  }),
];
