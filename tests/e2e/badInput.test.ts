import assert from "node:assert/strict";
import { describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { fingerprint, settled, useLab } from "./support/lab";

const istio = 'jam-istio:istio: {version: "1.4.6"}';
const services = (text: string) => `${istio}\n  jam-istio:externalServices: ${text}`;
const faults = (text: string) => `${istio}\n  jam-istio:faultInjection: ${text}`;

/** The config of a broken stack file, and what the one message says. */
const broken: readonly (readonly [string, string])[] = [
  ["{}", "jam-istio:istio: missing. Allowed: a map with the keys version"],
  ["jam-istio:istio: {version: 1.10}", "jam-istio:istio.version: 1.1 is not allowed. Allowed: a version in quotes"],
  ['jam-istio:istio: {version: "1.4"}', 'jam-istio:istio.version: "1.4" is not allowed'],
  [
    'jam-istio:istio: {version: "1.7.3"}',
    'jam-istio:istio.version: "1.7.3" cannot be installed: Istio 1.6 to 1.11 have no charts',
  ],
  ['jam-istio:istio: {version: "1.0.9"}', "no chart repository carries it"],
  ['jam-istio:istio: {verison: "1.4.6"}', 'unknown key "verison", the nearest known one is "version"'],
  ['jam-istio:istoi: {version: "1.4.6"}', 'jam-istio:istoi: unknown key "istoi", the nearest known one is "istio"'],
  [
    `${istio}\n  jamistio:mysql: {external: true}`,
    'jam-istio:mysql: "jamistio:mysql" is not read: there is no prefix "jamistio", the nearest one is "jam-istio"',
  ],
  ["istio: {version: 1.10}", "jam-istio:istio.version: 1.1 is not allowed. Allowed: a version in quotes"],
  ['jam-istio:istio:\n  version: "1.4.6"', 'jam-istio:istio: is empty, and "version" stands beside it'],
  [
    `${istio}\n  mysql: {externalHostName: "ann:SENTINEL@db.example.com"}`,
    'jam-istio:mysql.externalHostName: "***@db.example.com" is not allowed',
  ],
  ['jam-istio:istio: "1.4.6"', "jam-istio:istio: its value is not allowed. Allowed: a map"],
  [
    'jam-istio:istio: {version: "1.4.6", controlPlane: mine}',
    'jam-istio:istio.controlPlane: "mine" is not allowed. Allowed: managed or shared',
  ],
  ['jam-istio:istio: {version: "1.4.6", timeoutSeconds: 1}', "Allowed: a whole number from 30 to 7200"],
  ['jam-istio:istio: {version: "1.4.6", allow: [everything]}', 'jam-istio:istio.allow[0]: "everything" is not allowed'],
  [
    'jam-istio:istio: {version: "1.4.6", chartRepository: "https://u:SENTINEL@charts.example.com"}',
    "jam-istio:istio.chartRepository: its value is not allowed",
  ],
  [
    'jam-istio:istio: {version: "1.4.6", hub: "https://registry.example.com/istio"}',
    "jam-istio:istio.hub: its value is not allowed. Allowed: an image registry with its path",
  ],
  [
    'jam-istio:istio: {version: "1.4.6", values: {global: {tag: "1.4.9"}}}',
    "jam-istio:istio.values.global.tag: 1.4.9 is not istio.version 1.4.6",
  ],
  [
    'jam-istio:istio: {version: "1.4.6", values: {global: {tracer: {lightstep: {accessToken: SENTINEL}}}}}',
    "jam-istio:istio.values.global.tracer.lightstep.accessToken: looks like a secret in clear",
  ],
  [
    'jam-istio:istio: {version: "1.30.3", cni: {values: {chained: false}}}',
    "jam-istio:istio.cni.enabled: missing: without it its values have no effect",
  ],
  [`${istio}\n  jam-istio:mysql: {externalHostName: db.example.com}`, "jam-istio:mysql.external: missing"],
  [
    'jam-istio:istio: {version: "1.30.3", ztunnel: {enabled: true}}',
    "jam-istio:istio.ztunnel.enabled: ambient mode needs the node agent",
  ],
  ['jam-istio:istio: {version: "1.20.0"}', "jam-istio:kiali.enabled: no Kiali release is known for Istio 1.20"],
  [`${istio}\n  jam-istio:namespace: Dev_701`, 'jam-istio:namespace: "Dev_701" is not allowed'],
  [`${istio}\n  jam-istio:namespace: istio-system`, 'jam-istio:namespace: "istio-system" belongs to the cluster'],
  [`${istio}\n  jam-istio:production: maybe`, 'jam-istio:production: "maybe" is not allowed. Allowed: true or false'],
  [`${istio}\n  jam-istio:kialiPassphrase: SENTINEL-in-clear`, "jam-istio:kialiPassphrase: is in clear"],
  [
    `${istio}\n  jam-istio:mysql: {external: true}`,
    "jam-istio:mysql.externalHostName: missing: mysql.external is true",
  ],
  [`${istio}\n  jam-istio:mysql: {external: true, externalHostName: 10.0.0.1}`, "no IP address"],
  [
    `${istio}\n  jam-istio:mysql: {external: yes, externalHostName: db.example.com}`,
    'jam-istio:mysql.external: "yes" is not allowed. Allowed: true or false',
  ],
  [`${istio}\n  jam-istio:dataStorage: {mode: aws}`, "jam-istio:dataStorage.region: missing"],
  [`${istio}\n  jam-istio:mail: {external: true, externalHostName: "https://smtp.example.com"}`, "no scheme"],
  [
    `${istio}\n  jam-istio:mail: {externalHostPort: 70000}`,
    "jam-istio:mail.externalHostPort: 70000 is not allowed. Allowed: a whole number from 1 to 65535",
  ],
  [
    services("[{name: a, hosts: ['*.example.com'], ports: [{number: 443, protocol: TLS}]}]"),
    "DNS cannot resolve the wildcard *.example.com",
  ],
  [
    services(
      "[{name: a, hosts: [a.example.com], ports: [{number: 1, protocol: TCP}]}, {name: b, hosts: [b.example.com], ports: [{number: 1, protocol: TCP}]}]",
    ),
    'jam-istio:externalServices[1]: port 1 (TCP) collides with the entry "a"',
  ],
  [
    services("[{name: mysql, hosts: [a.example.com], ports: [{number: 1, protocol: HTTPS}]}]"),
    'jam-istio:externalServices[0].name: "mysql" is the name of an entry',
  ],
  [faults("{enabled: true, reaper: true}"), "jam-istio:faultInjection.expires: missing"],
  [
    faults("{faults: [{type: httpAbort, host: ct-webapp, httpStatus: 42, everyone: true}]}"),
    "jam-istio:faultInjection.faults[0].httpStatus: 42 is not allowed. Allowed: a whole number from 200 to 599",
  ],
  [
    faults("{faults: [{type: httpDelay, host: ct-webapp, fixedDelay: 7s}]}"),
    "jam-istio:faultInjection.faults[0]: say whom it hits",
  ],
  [faults("{expires: tomorrow}"), 'jam-istio:faultInjection.expires: "tomorrow" is not allowed'],
];

describeOn("1.34", "broken stack files", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  let untouched: string;

  before(async () => {
    instance = await Instance.create("dev701", {});
    untouched = await settled(lab(), "default");
  });
  after(() => {
    instance.remove();
  });

  for (const [config, message] of broken) {
    it(message, async () => {
      instance.configureText(
        `config:\n  ${config}\n  jam-istio:kubernetes: {kubeconfig: ${lab().kubeconfig}}\n`.replace("{}\n", "\n"),
      );
      const text = await instance.failure(() => instance.up());
      assert.ok(text.includes(message), text);
      assert.match(text, /problems? in the settings of stack dev701; nothing was changed/);
      assert.doesNotMatch(text, /^\s+at .*\.[jt]s:\d+|SENTINEL|unhandled/m);
    });
  }

  it("nothing was changed in the cluster by any of them", async () => {
    assert.equal(await fingerprint(lab(), "default"), untouched);
  });
});
