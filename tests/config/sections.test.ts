// Each key by itself, `externalServices` and `faultInjection` apart. Rules over several keys: rules.test.ts.
import { checkRows, checkValid, istio } from "./config";
import { kubernetesName } from "./texts";
import { configOf, right, wrong, wrongItem } from "./valueRows";

const name63 = "a".repeat(63);
const name64 = "a".repeat(64);
const repository = "an http(s) or oci URL without credentials, or a directory; {version} stands for the Istio version";
const version = 'a version x.y.z in quotes such as "1.4.6"';
const quotes = 'a version in quotes such as "1.4.6": without them YAML reads a number and turns 1.10 into 1.1';
const timeout = "a whole number from 30 to 7200";
const hub =
  "an image registry with its path such as docker.io/istio or registry.example.com:5000/istio, without https:// and without a tag";
const risks =
  "untested-kubernetes or downgrade or end-of-life or classic-minor or downtime or rejected-configuration or other-images or " +
  "plain-credentials or old-proxies:namespace/workload or upgrade:note";
const releaseName = "a name as Helm takes it: at most 53 of a-z, 0-9 and -; not istio-init or istio-base";
const istioKeys =
  "a map with the keys version, controlPlane, chartRepository, hub, values, releaseName, revision, cni, ztunnel, gateway, dnsCapture, timeoutSeconds, allow";

describe("settings: kubernetes, namespace, injection, production", () => {
  checkRows([
    wrong("kubernetes", "dev701", "a map with the keys context, kubeconfig"),
    wrong("kubernetes.context", "", "a context of the kubeconfig"),
    wrong("kubernetes.context", 7, "a context of the kubeconfig"),
    wrong("kubernetes.kubeconfig", " ", "the path of a file, never its contents"),
    wrong("kubernetes.kubeconfig", "{}", "the path of a file, never its contents"),
    wrong("namespace", "Dev701", kubernetesName),
    wrong("namespace", "-dev", kubernetesName),
    wrong("namespace", "dev-", kubernetesName),
    wrong("namespace", "dev_701", kubernetesName),
    {
      name: "namespace: 64 characters are refused, and only the first 57 of the text are shown",
      config: configOf("namespace", name64),
      problems: [`namespace: "${"a".repeat(56)}... is not allowed. Allowed: ${kubernetesName}`],
    },
    {
      name: "namespace: a text of 60 characters is shown whole, with its quotes",
      config: configOf("namespace", `_${"a".repeat(57)}`),
      problems: [`namespace: "_${"a".repeat(57)}" is not allowed. Allowed: ${kubernetesName}`],
    },
    wrong("injection", "on", "enabled or revision or unmanaged"),
    wrong("production", "yes", "true or false"),
    wrong("production", "True", "true or false"),
  ]);
  checkValid([
    right("kubernetes", { context: "dev701", kubeconfig: "./kube/config" }),
    right("namespace", name63),
    right("namespace", "701"),
    right("injection", "unmanaged"),
    right("production", "true"),
    right("production", "false"),
  ]);
});

describe("settings: istio", () => {
  checkRows([
    { name: "istio is needed", config: { rollout: {} }, problems: [`istio: missing. Allowed: ${istioKeys}`] },
    {
      name: "istio.version is needed",
      config: { istio: {} },
      problems: [`istio.version: missing. Allowed: ${version}`],
    },
    wrong("istio", "1.4.6", istioKeys),
    wrong("istio", ["1.4.6"], istioKeys),
    wrong("istio", "{bad", istioKeys),
    wrong("istio.version", 1.1, quotes),
    wrong("istio.version", 2, quotes),
    wrong("istio.version", "1.4", version),
    wrong("istio.version", "v1.4.6", version),
    wrong("istio.version", "1.4.6-rc.1", version),
    wrong("istio.version", "1.4.6+build", version),
    wrong("istio.version", "1.4.06", version),
    wrong("istio.version", "latest", version),
    wrong("istio.controlPlane", "none", "managed or shared"),
    wrong("istio.chartRepository", "oci:charts", repository),
    wrong("istio.chartRepository", "oci://u:p@registry/charts", repository),
    wrong("istio.chartRepository", "file:///charts", repository),
    wrong("istio.chartRepository", "https://", repository),
    wrong("istio.chartRepository", "", repository),
    wrong("istio.hub", "docker.io/istio/", hub),
    wrong("istio.hub", "Docker.io", hub),
    wrong("istio.hub", "user:word@docker.io", hub),
    wrong("istio.hub", "https://registry.example.com/istio", hub),
    wrong("istio.hub", "oci://registry.example.com/istio", hub),
    wrong("istio.hub", "docker.io/istio:1.4.6", hub),
    wrong("istio.hub", "istio:1.4.6", hub),
    wrong("istio.hub", "registry.example.com:5000/istio:1", hub),
    wrong("istio.hub", "docker.io//istio", hub),
    wrong("istio.hub", 5, hub),
    wrong("istio.values", ["a"], "a map of Helm values"),
    wrong("istio.values", "a: 1", "a map of Helm values"),
    wrong("istio.releaseName", "Istio", releaseName),
    wrong("istio.releaseName", "istio-init", releaseName),
    wrong("istio.releaseName", "a".repeat(54), releaseName),
    wrong("istio.chartRepository", "HTTPS://u:p@charts.example.com", repository),
    wrong("istio.chartRepository", "https://:word@charts.example.com", repository),
    wrongItem("istio.allow", "classic-minor-upgrade", risks),
    wrong("istio.timeoutSeconds", 29, timeout),
    wrong("istio.timeoutSeconds", 7201, timeout),
    wrong("istio.timeoutSeconds", 60.5, timeout),
    wrong("istio.timeoutSeconds", "900", timeout),
    wrong("istio.allow", "downgrade", `a list of ${risks.replaceAll(" or ", ", ")}`),
    wrongItem("istio.allow", "everything", risks),
    wrongItem("istio.allow", "old-proxies", risks),
    wrongItem("istio.allow", "old-proxies:legacy", risks),
    wrongItem("istio.allow", "old-proxies:legacy/", risks),
    wrongItem("istio.allow", "upgrade:", risks),
    {
      name: "istio.revision is a Kubernetes name",
      config: istio({ revision: "1.30", controlPlane: "shared" }),
      problems: [`istio.revision: "1.30" is not allowed. Allowed: ${kubernetesName}`],
    },
  ]);
  checkValid([
    right("istio.timeoutSeconds", 30),
    right("istio.timeoutSeconds", 7200),
    right("istio.chartRepository", "http://127.0.0.1:8080/{version}/charts"),
    right("istio.chartRepository", "oci://registry.example.com:5000/istio/charts"),
    right("istio.chartRepository", "../charts/{version}"),
    right("istio.hub", "registry.example.com:5000/mirror/istio"),
    right("istio.hub", "reg:5000/istio"),
    right("istio.hub", "localhost:5000"),
    right("istio.hub", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-hub/istio_mirror/a--b"),
    right("istio.allow", ["downgrade", "old-proxies:legacy/ledger.v1", "upgrade:24-05"]),
    right("istio.allow", ["untested-kubernetes", "downgrade", "end-of-life", "classic-minor", "downtime"]),
    right("istio.allow", ["rejected-configuration", "other-images", "plain-credentials"]),
    right("istio.releaseName", "jam-istio"),
    right("istio.releaseName", "a".repeat(53)),
  ]);
});
