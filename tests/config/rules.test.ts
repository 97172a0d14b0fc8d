// Rules over several keys, and unknown keys. Rules over `externalServices` and `faultInjection` have files of their own.
import { checkRows, checkValid, classic, modern, type Config } from "./config";
import { kubernetesName } from "./texts";

const noCharts =
  "Istio 1.6 to 1.11 have no charts in a repository (1.6 and 1.7 are installed by istioctl only, " +
  "the charts of 1.8 to 1.11 are only in release archives)";
const installable = "Allowed: 1.3 to 1.5, or 1.12 and newer";
const known =
  "known: kubernetes, namespace, injection, production, istio, kiali, kialiPassphrase, kialiSigningKey, chartCredentials, mysql, dataStorage, mail, externalServices, rollout, faultInjection";
const ofCluster = "belongs to the cluster. Allowed: the instance's own namespace";
const version = (value: string, more: object = {}): Config => ({ istio: { version: value, ...more } });
const withoutKiali = (value: string): Config => ({ ...version(value), kiali: { enabled: false } });

describe("settings: which versions can be installed", () => {
  checkRows([
    ...["1.6.0", "1.7.8", "1.8.6", "1.9.9", "1.10.0", "1.11.8"].map((value) => ({
      name: `${value} has no charts`,
      config: version(value),
      problems: [`istio.version: "${value}" cannot be installed: ${noCharts}. ${installable}`],
    })),
    ...["0.8.0", "1.0.0", "1.2.10", "2.0.0"].map((value) => ({
      name: `${value} is in no repository`,
      config: version(value),
      problems: [`istio.version: "${value}" cannot be installed: no chart repository carries it. ${installable}`],
    })),
    ...["1.12.0", "1.25.5"].map((value) => ({
      name: `${value} has no known Kiali`,
      config: version(value),
      problems: [`kiali.enabled: no Kiali release is known for Istio ${value.slice(0, 4)}; set it to false`],
    })),
  ]);
  checkValid([
    ...["1.3.8", "1.4.6", "1.5.10", "1.26.0", "1.31.0", "1.40.0"].map((value) => ({
      name: `${value} is valid`,
      config: version(value),
    })),
    { name: "1.12.0 without Kiali is valid", config: withoutKiali("1.12.0") },
    {
      name: "1.25.5 of another stack is valid: Kiali is not ours",
      config: version("1.25.5", { controlPlane: "shared" }),
    },
  ]);
});

const on = { enabled: true };
const aKey = "a".repeat(32);

describe("settings: rules over the mesh", () => {
  checkRows([
    {
      name: "a passphrase is for the classic layout",
      config: { ...modern, kialiPassphrase: "correct horse" },
      secrets: ["kialiPassphrase"],
      problems: [
        "kialiPassphrase: has no effect with Istio 1.12 and newer, where Kiali logs in with a token; remove it",
      ],
    },
    {
      name: "a signing key is for the modern layout",
      config: { ...classic, kialiSigningKey: aKey },
      secrets: ["kialiSigningKey"],
      problems: ["kialiSigningKey: has no effect with Istio up to 1.5, where Kiali has no such key; remove it"],
    },
    {
      name: "a signing key where there is no Kiali, or another stack's, is refused once",
      config: { ...version("1.30.3", { controlPlane: "shared" }), kiali: { enabled: false }, kialiSigningKey: aKey },
      secrets: ["kialiSigningKey"],
      problems: [
        "kialiSigningKey: has no effect with istio.controlPlane: shared, where another stack owns Kiali; remove it",
      ],
    },
    {
      name: "a signing key without Kiali is refused",
      config: { ...withoutKiali("1.30.3"), kialiSigningKey: aKey },
      secrets: ["kialiSigningKey"],
      problems: ["kialiSigningKey: has no effect with kiali.enabled: false; remove it"],
    },
    {
      name: "a revision is not called as Istio calls the control plane without one",
      config: version("1.30.3", { revision: "default" }),
      problems: [
        'istio.revision: "default" is Istio\'s own name for the control plane without a revision; choose another, such as the version: 1-30-3',
      ],
    },
    {
      name: "injection by revision needs the revision",
      config: { ...version("1.30.3", { controlPlane: "shared" }), injection: "revision" },
      problems: ["istio.revision: missing: injection: revision needs the name of the control plane's revision"],
    },
    {
      name: "the classic layout has no revisions",
      config: { ...version("1.4.6", { controlPlane: "shared", revision: "canary" }), injection: "revision" },
      problems: ["istio.revision: the classic layout has no revisions: remove it, and injection: revision"],
    },
    {
      name: "injection by revision of a managed control plane needs the revision, too",
      config: { ...version("1.30.3"), injection: "revision" },
      problems: ["istio.revision: missing: injection: revision needs the name of the control plane's revision"],
    },
    {
      name: "the node agent, ztunnel and the gateway are the modern layout's, from the versions that were tried",
      config: version("1.4.6", { cni: on, gateway: on }),
      problems: [
        "istio.cni.enabled: needs Istio 1.23 or newer; set it to false",
        "istio.gateway.enabled: needs Istio 1.27 or newer; set it to false",
      ],
    },
    {
      name: "ztunnel needs 1.24 and the node agent",
      config: { ...version("1.23.6", { ztunnel: on }), kiali: { enabled: false } },
      problems: [
        "istio.ztunnel.enabled: needs Istio 1.24 or newer; set it to false",
        "istio.ztunnel.enabled: ambient mode needs the node agent: set istio.cni.enabled to true",
      ],
    },
    {
      name: "a shared control plane's parts are its owner's",
      config: version("1.30.3", { controlPlane: "shared", gateway: on }),
      problems: [
        "istio.gateway.enabled: has no effect with istio.controlPlane: shared, where another stack owns the mesh; set it to false",
      ],
    },
    {
      name: "what is external needs its host or region",
      config: { ...classic, mysql: { external: true }, mail: { external: true }, dataStorage: { mode: "aws" } },
      problems: [
        "mysql.externalHostName: missing: mysql.external is true",
        "mail.externalHostName: missing: mail.external is true",
        "dataStorage.region: missing: dataStorage.mode is aws",
      ],
    },
  ]);
  checkValid([
    {
      name: "injection by the revision of a shared control plane is valid",
      config: { ...version("1.30.3", { controlPlane: "shared", revision: "canary" }), injection: "revision" },
    },
  ]);
});

describe("settings: the namespace", () => {
  checkRows([
    ...["istio-system", "kube-system", "kube-public", "kube-node-lease"].flatMap((name) => [
      {
        name: `${name} is not the instance's`,
        config: { ...classic, namespace: name },
        problems: [`namespace: "${name}" ${ofCluster}`],
      },
      {
        name: `a stack named ${name} cannot give its name`,
        config: classic,
        stack: name,
        problems: [`namespace: "${name}" ${ofCluster}`],
      },
    ]),
    {
      name: "a stack's name that is no Kubernetes name cannot be the default",
      config: classic,
      stack: "Dev_701",
      problems: ['namespace: missing, and the stack\'s name "Dev_701" is no Kubernetes name: set it'],
    },
    {
      name: "a namespace that is wrong is reported once",
      config: { ...classic, namespace: "Dev" },
      stack: "Dev_701",
      problems: [`namespace: "Dev" is not allowed. Allowed: ${kubernetesName}`],
    },
  ]);
});

describe("settings: unknown keys", () => {
  checkRows([
    {
      name: "at the top the nearest known key is named",
      config: { ...classic, mysq: { external: true }, faultInjections: {} },
      problems: [
        `mysq: unknown key "mysq", the nearest known one is "mysql" (${known})`,
        `faultInjections: unknown key "faultInjections", the nearest known one is "faultInjection" (${known})`,
      ],
    },
    {
      name: "nested ones are named in one line for each map",
      config: { ...classic, mysql: { externl: true, externalHostname: "db.example.com" }, kiali: { user: "a" } },
      problems: [
        'kiali: unknown key "user", the nearest known one is "username" (known: enabled, username, chartRepository, values)',
        'mysql: unknown key "externl", the nearest known one is "external" (known: external, externalHostName, addresses); ' +
          'unknown key "externalHostname", the nearest known one is "externalHostName" (known: external, externalHostName, addresses)',
      ],
    },
    {
      name: "__proto__ is an unknown key",
      config: { istio: '{"version":"1.4.6","__proto__":{"hub":"x"}}' },
      problems: [
        'istio: unknown key "__proto__", the nearest known one is "version" (known: version, controlPlane, chartRepository, hub, values, releaseName, revision, cni, ztunnel, gateway, dnsCapture, timeoutSeconds, allow)',
      ],
    },
    {
      name: "a misspelled version is missing and unknown",
      config: { istio: { verison: "1.4.6" } },
      problems: [
        'istio.version: missing. Allowed: a version x.y.z in quotes such as "1.4.6"',
        'istio: unknown key "verison", the nearest known one is "version" (known: version, controlPlane, chartRepository, hub, values, releaseName, revision, cni, ztunnel, gateway, dnsCapture, timeoutSeconds, allow)',
      ],
    },
  ]);
});
