import assert from "node:assert/strict";
import { parseSettings } from "../../config/parse";
import { classic, istio, modern, problemsOf, rawOf, settingsOf } from "./config";
import { kubernetesName } from "./texts";

/** Paths of all maps and lists in a value that can still be changed. */
function notFrozen(value: unknown, path: string): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, item]) => notFrozen(item, `${path}.${key}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

const full = {
  kubernetes: { context: "dev701", kubeconfig: "./kubeconfig" },
  namespace: "dev701",
  injection: "unmanaged",
  production: "true",
  istio: {
    version: "1.4.6",
    chartRepository: "./charts/{version}",
    hub: "mirror.example.com/istio",
    values: { pilot: { resources: { requests: { cpu: "10m" } } }, list: [1, { a: [true] }] },
    releaseName: "jam-istio",
    cni: { enabled: false, values: { chained: null } },
    ztunnel: { enabled: false, values: { a: 1 } },
    dnsCapture: false,
    gateway: { enabled: false, values: { service: { type: "ClusterIP" } } },
    timeoutSeconds: 300,
    allow: ["end-of-life"],
  },
  kiali: { enabled: false, username: "ann", values: {} },
  kialiPassphrase: "correct horse",
  chartCredentials: [{ host: "charts.example.com", token: "battery" }],
  mysql: { external: true, externalHostName: "db.example.com", addresses: ["10.1.2.3"] },
  dataStorage: { mode: "aws", region: "eu-central-1" },
  mail: { external: true, externalHostName: "m.example.com", externalHostPort: 25, addresses: ["10.1.2.4"] },
  externalServices: [
    { name: "geo", hosts: ["geo.example.com"], ports: [{ number: 5432, protocol: "TCP" }], addresses: ["10.0.0.1"] },
  ],
  rollout: { enabled: false, namespaces: ["dev701", "jobs"], parallel: 2, timeoutSeconds: 60, daemonSets: true },
  faultInjection: {
    expires: "2026-12-01T18:00:00Z",
    faults: [{ type: "httpAbort", host: "ct-webapp", httpStatus: 503, sourceLabels: { app: "ps" } }],
  },
};

const off = { enabled: false, values: {} };
const pace = { parallel: 5, timeoutSeconds: 600, daemonSets: false };

const minimal = {
  stack: "dev701",
  namespace: "dev701",
  kubernetes: {},
  injection: "enabled",
  production: false,
  istio: {
    version: "1.4.6",
    controlPlane: "managed",
    values: {},
    dnsCapture: false,
    cni: off,
    ztunnel: off,
    gateway: off,
    timeoutSeconds: 900,
    allow: [],
  },
  kiali: { enabled: true, username: "admin", values: {} },
  kialiPassphrase: undefined,
  kialiSigningKey: undefined,
  chartCredentials: [],
  mysql: { external: false, addresses: [] },
  dataStorage: { mode: "none" },
  mail: { external: false, externalHostPort: 587, addresses: [] },
  externalServices: [],
  rollout: { enabled: true, namespaces: ["dev701"], ...pace },
  faultInjection: { enabled: false, reaper: false, restartClients: false, faults: [] },
  layout: "classic",
};

describe("settings: what a valid config gives", () => {
  it("a config with a version only gets every default", () => {
    assert.deepEqual(settingsOf(classic), minimal);
  });

  it("the modern layout follows from the version and nothing else changes", () => {
    assert.deepEqual(settingsOf(modern, [], "local700"), {
      ...minimal,
      stack: "local700",
      namespace: "local700",
      istio: { ...minimal.istio, version: "1.30.3" },
      rollout: { enabled: true, namespaces: ["local700"], ...pace },
      layout: "modern",
    });
  });

  it("a config with every key keeps every value", () => {
    assert.deepEqual(settingsOf(full, ["kialiPassphrase", "chartCredentials"], "elsewhere"), {
      ...full,
      // The modern layout's own.
      kialiSigningKey: undefined,
      stack: "elsewhere",
      layout: "classic",
      production: true,
      istio: { ...full.istio, controlPlane: "managed" },
      externalServices: [{ ...full.externalServices[0], resolution: "DNS" }],
      faultInjection: {
        enabled: false,
        reaper: false,
        restartClients: false,
        expires: "2026-12-01T18:00:00.000Z",
        faults: [{ ...full.faultInjection.faults[0], percentage: 100 }],
      },
    });
  });

  it("the rollout's namespaces follow the namespace, not the stack", () => {
    assert.deepEqual(settingsOf({ ...classic, namespace: "jobs" }).rollout.namespaces, ["jobs"]);
  });

  it("keys of other projects are left alone", () => {
    const { values } = rawOf(classic);
    const parsed = parseSettings(
      { values: { ...values, "aws:region": "eu", plain: "x" }, secretKeys: ["aws:token"] },
      "dev701",
    );
    assert.deepEqual("settings" in parsed ? parsed.settings : parsed.problems, minimal);
  });

  for (const [name, config, secrets] of [
    ["a minimal config", classic, []],
    ["a config with every key", full, ["kialiPassphrase", "chartCredentials"]],
  ] as const) {
    it(`the settings of ${name} cannot be changed at any depth`, () => {
      assert.deepEqual(notFrozen(settingsOf(config, secrets), "settings"), []);
    });
  }
});

describe("settings: null means absent", () => {
  it("at the top", () => {
    const nulls = Object.fromEntries(
      Object.keys(full)
        .filter((key) => key !== "istio" && key !== "kialiPassphrase")
        .map((key) => [key, null]),
    );
    assert.deepEqual(settingsOf({ ...classic, ...nulls }), minimal);
  });

  it("in a map and in a map of a list", () => {
    const service = { name: "geo", hosts: ["geo.example.com"], ports: [{ number: 443, protocol: "TLS" }] };
    const settings = settingsOf({
      ...istio({ hub: null, revision: null, allow: null, values: null }),
      kiali: { enabled: null, username: null },
      externalServices: [{ ...service, addresses: null, resolution: null }],
    });
    assert.deepEqual(settings, {
      ...minimal,
      externalServices: [{ ...service, addresses: [], resolution: "DNS" }],
    });
  });

  it("but in Helm values it stays: there it removes a chart's default", () => {
    const values = { tracer: null, pilot: { env: { A: null }, list: [null, { b: null }] } };
    assert.deepEqual(settingsOf(istio({ values })).istio.values, values);
  });

  it("and as an item of a list it is a value, and a wrong one", () => {
    assert.deepEqual(problemsOf({ ...classic, rollout: { namespaces: [null] } }), [
      `jam-istio:rollout.namespaces[0]: null is not allowed. Allowed: ${kubernetesName}`,
    ]);
  });
});

describe("settings: all problems at once", () => {
  it("eleven mistakes give eleven lines, and a secret's value is in none", () => {
    const secret = "hunter2";
    const problems = problemsOf(
      {
        colour: "blue",
        namespace: "kube-system",
        injection: "on",
        production: "perhaps",
        istio: { version: 1.1, timeoutSeconds: 1 },
        kialiPassphrase: secret,
        mysql: { external: true },
        dataStorage: { mode: "none", password: secret },
        mail: { external: true, externalHostName: "m.example.com", externalHostPort: 0 },
        rollout: { enabled: true, enable: true },
      },
      ["kialiPassphrase", "dataStorage"],
    );
    assert.deepEqual(
      problems.map((line) => line.slice(0, line.indexOf(": "))),
      [
        "jam-istio:colour",
        "jam-istio:injection",
        "jam-istio:production",
        "jam-istio:istio.version",
        "jam-istio:istio.timeoutSeconds",
        "jam-istio:kialiPassphrase",
        "jam-istio:dataStorage",
        "jam-istio:mail.externalHostPort",
        "jam-istio:rollout",
        "jam-istio:namespace",
        "jam-istio:mysql.externalHostName",
      ],
    );
    assert.equal(problems.join("\n").includes(secret), false);
  });
});
