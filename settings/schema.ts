import { z } from "zod";
import { chartCredentials } from "./chartCredentials";
import { faultInjection } from "./faultSchema";
import { flag, hostName, kubernetesName, list, map, text, whole, word } from "./fields";
import { kialiPassphrase, kialiSigningKey } from "./kialiSecrets";
import { component, filePath, imageRegistry, istioVersion, releaseName, repository, values } from "./meshFields";
import { dnsCapture, externalService, hostAddresses } from "./serviceSchema";

const kubernetes = map(
  {
    context: text({
      allowed: "a context of the kubeconfig",
      describe: "Context of the kubeconfig. Default: its current one.",
    }).optional(),
    kubeconfig: filePath("Path of the kubeconfig. Default: as kubectl finds it.").optional(),
  },
  "The cluster.",
).prefault({});

/** Risks that a person can acknowledge in `istio.allow`. */
export const risks = [
  "untested-kubernetes",
  "downgrade",
  "end-of-life",
  "classic-minor",
  "downtime",
  "rejected-configuration",
  "other-images",
  "plain-credentials",
] as const;

const risksText = [...risks, "old-proxies:namespace/workload", "upgrade:note"];
const aRisk = { error: () => risksText.join(" or ") };

/** Old proxies are acknowledged workload by workload: each is somebody's. */
const oldProxies = /^old-proxies:[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** What an upgrade note refuses is acknowledged note by note; which there are is judged with the other rules. */
const upgradeNote = /^upgrade:[0-9a-z-]{1,20}$/;

const risk = z
  .union(
    [z.enum(risks, aRisk), z.string(aRisk).regex(oldProxies, aRisk), z.string(aRisk).regex(upgradeNote, aRisk)],
    aRisk,
  )
  .meta({ description: "A risk.", allowed: risksText.join(" or ") });

const istio = map(
  {
    version: istioVersion("Version of Istio. It decides the layout: classic up to 1.5, modern from 1.12."),
    controlPlane: word(
      ["managed", "shared"],
      "`managed`: this stack owns istio-system. `shared`: another stack does, this one brings only its own objects.",
    ).default("managed"),
    chartRepository: repository(
      "Repository of Istio's charts, the only one that is asked. Default: the official ones, the first that has the chart.",
    ).optional(),
    hub: imageRegistry(
      "Image registry, for a mirror: Istio's images lie below it, and Kiali's as `kiali`, where it is none of Istio's own. " +
        "Default: docker.io/istio in the classic layout and with 1.30, whose own default closes in December 2026; else the " +
        "chart's own, which is the same.",
    ).optional(),
    values: values("the control-plane chart"),
    releaseName: releaseName(
      "Name of the control plane's Helm release. Default: istio in the classic layout; in the modern one istiod, with a revision " +
        "istiod-<revision>. It cannot be changed later, but together with `revision`. A release of that name that this program did " +
        "not install is refused: `jam-istio adopt` takes it over.",
    ),
    revision: kubernetesName(
      "Revision of the control plane, modern layout. A new one is installed beside what runs; with injection: revision the " +
        "namespace gets its sidecars.",
    ).optional(),
    cni: component(
      "cni",
      "istio-cni",
      "Istio's CNI node agent, in the place of privileged init containers; from 1.23.",
    ),
    ztunnel: component(
      "ztunnel",
      "ztunnel",
      "Ambient mode: ztunnel on every node, and its profile for istiod; from 1.24. Needs `cni`.",
    ),
    gateway: component("gateway", "istio-ingressgateway", "An ingress gateway; from 1.27."),
    dnsCapture,
    timeoutSeconds: whole(30, 7200, "How long Helm waits for each release, in seconds.").default(900),
    allow: list(risk, "Acknowledged risks, each by name.", `a list of ${risksText.join(", ")}`).default([]),
  },
  "The mesh.",
);

const kiali = map(
  {
    enabled: flag("Whether Kiali is installed.").default(true),
    username: text({
      allowed: "a name without spaces",
      describe: "Login name; classic layout only, the modern one logs in with a token.",
      test: (value) => /^[\w.@-]+$/.test(value),
    }).default("admin"),
    chartRepository: repository(
      "Repository of Kiali's chart in the modern layout, the only one that is asked. Default: the official one.",
    ).optional(),
    values: values("chart kiali-server, modern layout"),
  },
  "Kiali, the mesh's console.",
).prefault({});

const mysql = map(
  {
    external: flag("Whether the database lies outside the mesh.").default(false),
    externalHostName: hostName("The database's host.").optional(),
    addresses: hostAddresses("the database's host"),
  },
  "The database: ServiceEntry `mysql`, port 3306.",
).prefault({});

const dataStorage = map(
  {
    mode: word(["aws", "none"], "`aws`: an S3 bucket, reached through ServiceEntry `bucket`.").default("none"),
    region: text({
      allowed: "an AWS region such as eu-central-1",
      describe: "The bucket's region.",
      test: (value) => /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(value),
    }).optional(),
  },
  "The bucket.",
).prefault({});

const mail = map(
  {
    external: flag("Whether the mail server lies outside the mesh.").default(false),
    externalHostName: hostName("The mail server's host.").optional(),
    externalHostPort: whole(1, 65535, "The mail server's port.").default(587),
    addresses: hostAddresses("the mail server's host"),
  },
  "The mail server: ServiceEntry `smtp`.",
).prefault({});

const rollout = map(
  {
    enabled: flag("Whether workloads with an outdated sidecar are restarted.").default(true),
    namespaces: list(
      kubernetesName("A namespace."),
      "Where. Default: the instance's namespace.",
      "a list of namespaces",
    ).optional(),
    parallel: whole(1, 100, "How many workloads are restarted at the same time.").default(5),
    timeoutSeconds: whole(10, 7200, "How long each workload may take until its pods are ready, in seconds.").default(
      600,
    ),
    daemonSets: flag("Whether DaemonSets are restarted, too: each node is without its pod for a moment.").default(
      false,
    ),
  },
  "The sidecars' rollout.",
).prefault({});

/** Every key of the contract, by its name after `jam-istio:`. The single source of types, defaults, texts and docs. */
export const sections = {
  kubernetes,
  namespace: kubernetesName("The instance's namespace. Default: the stack's name.").optional(),
  injection: word(
    ["enabled", "revision", "unmanaged"],
    "Injection label of the namespace: `enabled` sets istio-injection, `revision` sets istio.io/rev, `unmanaged` none.",
  ).default("enabled"),
  production: flag("Forbids faults, refuses a rollout with downtime.").default(false),
  istio,
  kiali,
  kialiPassphrase,
  kialiSigningKey,
  chartCredentials,
  mysql,
  dataStorage,
  mail,
  externalServices: list(externalService, "More services outside the mesh.", "a list of external services").default([]),
  rollout,
  faultInjection,
};

/** Keys of the contract. */
export type Key = keyof typeof sections;

/** All settings as the schema reads them, before the stack's name and the layout are known. */
export type Sections = { readonly [K in Key]: z.output<(typeof sections)[K]> };
