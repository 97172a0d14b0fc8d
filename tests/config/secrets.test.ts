import assert from "node:assert/strict";
import { checkRows, classic, istio, modern, settingsOf } from "./config";

const clear = "is in clear. Allowed: a secret, set with: pulumi config set --secret jam-istio:kialiPassphrase";
const holdsSecret =
  "holds a secret. Only kialiPassphrase, kialiSigningKey and chartCredentials can be one: everything else is seen in the cluster in clear";
const shortPassphrase =
  "kialiPassphrase: its value is not allowed. Allowed: a secret of 8 characters or more: pulumi config set --secret jam-istio:kialiPassphrase";
const hostName = "a full DNS name in lower case such as db.example.com, no IP address, no scheme, no port";

describe("settings: secrets", () => {
  checkRows([
    {
      name: "a short secret is not shown",
      config: { ...classic, kialiPassphrase: "hunter2" },
      secrets: ["kialiPassphrase"],
      problems: [shortPassphrase],
    },
    {
      name: "an empty secret is refused",
      config: { ...classic, kialiPassphrase: "" },
      secrets: ["kialiPassphrase"],
      problems: [shortPassphrase],
    },
    {
      name: "a secret of two lines is refused",
      config: { ...classic, kialiPassphrase: "correct\nhorse" },
      secrets: ["kialiPassphrase"],
      problems: [shortPassphrase],
    },
    {
      name: "a passphrase in clear is refused and not shown",
      config: { ...classic, kialiPassphrase: "correct horse" },
      problems: [`kialiPassphrase: ${clear}`],
    },
    ...["x".repeat(31), "ä".repeat(31), `${"x".repeat(31)}\n`, ` ${"x".repeat(31)}`, `${"x".repeat(15)}\ny`].map(
      (key) => ({
        name: `a signing key that Kiali does not take is refused and not shown: ${JSON.stringify(key)}`,
        config: { ...modern, kialiSigningKey: key },
        secrets: ["kialiSigningKey"],
        problems: [
          "kialiSigningKey: its value is not allowed. Allowed: a secret of 16, 24 or 32 characters, the lengths that Kiali takes: " +
            "pulumi config set --secret jam-istio:kialiSigningKey",
        ],
      }),
    ),
    {
      name: "a signing key in clear is refused and not shown",
      config: { ...modern, kialiSigningKey: "x".repeat(32) },
      problems: [
        "kialiSigningKey: is in clear. Allowed: a secret, set with: pulumi config set --secret jam-istio:kialiSigningKey",
      ],
    },
    {
      name: "a nested secret makes its section one",
      config: { ...classic, mysql: { external: true, externalHostName: "hunter2" } },
      secrets: ["mysql"],
      problems: [`mysql: ${holdsSecret}`],
    },
    {
      name: "a secret in Helm values is refused",
      config: istio({ values: { password: "hunter2" } }),
      secrets: ["istio"],
      problems: [`istio: ${holdsSecret}`],
    },
    {
      name: "the namespace cannot be a secret",
      config: { ...classic, namespace: "hunter2" },
      secrets: ["namespace"],
      problems: [`namespace: ${holdsSecret}`],
    },
    {
      name: "credentials of a chart repository are not shown",
      config: istio({ chartRepository: "https://ann:hunter2@charts.example.com/istio" }),
      problems: [
        "istio.chartRepository: its value is not allowed. Allowed: an http(s) or oci URL without credentials, or a directory; {version} stands for the Istio version",
      ],
    },
    {
      name: "the contents of a kubeconfig are not shown",
      config: { ...classic, kubernetes: { kubeconfig: "{users: [{token: hunter2}]}" } },
      problems: ["kubernetes.kubeconfig: its value is not allowed. Allowed: the path of a file, never its contents"],
    },
    {
      name: "a passphrase where another stack owns Kiali is refused",
      config: { ...istio({ controlPlane: "shared" }), kialiPassphrase: "correct horse" },
      secrets: ["kialiPassphrase"],
      problems: [
        "kialiPassphrase: has no effect with istio.controlPlane: shared, where another stack owns Kiali; remove it",
      ],
    },
    {
      name: "credentials in a host are not shown, nor the beginning of long ones",
      config: {
        ...classic,
        mysql: { external: true, externalHostName: "ann:hunter2@db.example.com" },
        mail: { external: true, externalHostName: `smtp://ann:hunter2${"x".repeat(60)}@mail.example.com` },
      },
      problems: [
        `mysql.externalHostName: "***@db.example.com" is not allowed. Allowed: ${hostName}`,
        `mail.externalHostName: "smtp://***@mail.example.com" is not allowed. Allowed: ${hostName}`,
      ],
    },
    {
      name: "credentials of Kiali's chart repository are not shown",
      config: { ...classic, kiali: { chartRepository: "https://hunter2@charts.example.com" } },
      problems: [
        "kiali.chartRepository: its value is not allowed. Allowed: an http(s) or oci URL without credentials, or a directory; {version} stands for the Istio version",
      ],
    },
  ]);

  for (const key of ["x".repeat(16), "y".repeat(24), "z".repeat(32), "ä".repeat(16)])
    it(`a signing key of ${String(Buffer.byteLength(key))} bytes is taken: ${key}`, () => {
      assert.equal(settingsOf({ ...modern, kialiSigningKey: key }, ["kialiSigningKey"]).kialiSigningKey, key);
    });
});
