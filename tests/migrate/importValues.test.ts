// Files as they are in a team's repository; what the old charts make of them is read from their templates.
import assert from "node:assert/strict";
import { body, chart, made, problems, umbrella } from "./support/files";

describe("import-values: the umbrella's own files", () => {
  it("become a stack file that says what differs from the defaults", () => {
    const { stack, text } = made({ "values.yaml": umbrella });
    assert.equal(stack, "local700");
    assert.deepEqual(body(text), [
      "config:",
      "  jam-istio:istio:",
      "    version: 1.4.6",
      "  jam-istio:mysql:",
      "    external: true",
      "    externalHostName: db.example.com",
    ]);
  });

  it("each section says which old key it carries", () => {
    const { text } = made({ "values.yaml": umbrella });
    assert.match(text, /# values\.yaml: jam\.mysql\.external, jam\.mysql\.externalHostName\n {2}jam-istio:mysql:/);
  });

  it("merges the instance's files over them, in Helm's order", () => {
    const { stack, settings } = made({
      "values.yaml": umbrella,
      "dev701-k8s.yaml": "jam: { namespace: dev701, dataStorage: { mode: aws, region: eu-central-1 } }",
      "dev701-config.yaml": [
        "jam:",
        "  mysql: { externalHostName: dev701-db.example.com }",
        "  mail: { external: true, externalHostName: smtp.example.com, externalHostPort: 25 }",
      ].join("\n"),
    });
    assert.equal(stack, "dev701");
    assert.equal(settings.namespace, "dev701");
    assert.equal(settings.mysql.externalHostName, "dev701-db.example.com");
    assert.deepEqual(settings.dataStorage, { mode: "aws", region: "eu-central-1" });
    assert.deepEqual([settings.mail.externalHostName, settings.mail.externalHostPort], ["smtp.example.com", 25]);
  });

  it("the stack can have another name than the namespace", () => {
    const { settings, stack } = made({ "values.yaml": umbrella }, { stack: "home" });
    assert.deepEqual([stack, settings.namespace], ["home", "local700"]);
  });

  it("a switch that is not given has the old chart's default, not the program's", () => {
    const { settings, rows } = made({ "values.yaml": "jam: { namespace: dev701 }" });
    assert.equal(settings.kiali.enabled, false);
    assert.deepEqual(settings.istio.values, { gateways: { enabled: true } });
    assert.match(
      rows.find(({ old }) => old === "istio.gateways.enabled")?.why ?? "",
      /the chart's own default is true/,
    );
  });

  for (const [name, value, made_] of [
    ["no, as Helm's YAML reads it", "no", false],
    ["an empty string", '""', false],
    ["on", "on", true],
    ["a word in quotes, which a template's if takes for true", '"enabled"', true],
  ] as const) {
    it(`mysql.external: ${name} makes ${made_ ? "an" : "no"} entry`, () => {
      const { settings } = made({
        "values.yaml": `jam: { namespace: dev701, mysql: { external: ${value}, externalHostName: db.example.com } }`,
      });
      assert.equal(settings.mysql.external, made_);
    });
  }

  it("null takes a value away, as in Helm", () => {
    const { settings } = made({ "values.yaml": umbrella, "dev.yaml": "jam: { mysql: null }" });
    assert.equal(settings.mysql.external, false);
  });
});

describe("import-values: the chart's own values", () => {
  it("go to istio.values, the registry to istio.hub", () => {
    const { settings } = made({
      "values.yaml": `${umbrella}\n  pilot: { traceSampling: 50 }\n  global: { hub: registry.example.com/istio, tag: 1.4.6, mtls: { enabled: true } }`,
    });
    assert.equal(settings.istio.hub, "registry.example.com/istio");
    assert.deepEqual(settings.istio.values, { pilot: { traceSampling: 50 }, global: { mtls: { enabled: true } } });
  });

  it("the umbrella's own global lies over the chart's, as Helm has it", () => {
    const { settings } = made({
      "values.yaml": `${umbrella}\n  global: { proxy: { logLevel: debug } }\nglobal: { proxy: { logLevel: info } }`,
    });
    assert.deepEqual(settings.istio.values, { global: { proxy: { logLevel: "info" } } });
  });

  it("a null in them stays: it takes the chart's default away", () => {
    const { settings } = made({ "values.yaml": `${umbrella}\n  pilot: { resources: null }` });
    assert.deepEqual(settings.istio.values, { pilot: { resources: null } });
  });

  it("are found below the alias of the dependency", () => {
    const { settings } = made({
      "Chart.yaml": `${chart}\n    alias: mesh`,
      "values.yaml": "jam: { namespace: dev701 }\nmesh: { gateways: { enabled: false }, kiali: { enabled: true } }",
    });
    assert.deepEqual([settings.istio.values, settings.kiali.enabled], [{}, true]);
  });

  it("anchors and merge keys are read", () => {
    const { settings } = made({
      "values.yaml": `x: &pilot { traceSampling: 50 }\n${umbrella}\n  pilot: { <<: *pilot, replicaCount: 2 }`,
    });
    assert.deepEqual(settings.istio.values, { pilot: { traceSampling: 50, replicaCount: 2 } });
  });

  it("anchors within anchors are read", () => {
    const { settings } = made({
      "values.yaml": `x: &all { resources: &some { requests: &few { cpu: 10m } } }\n${umbrella}\n  pilot: *all\n  galley: { resources: *some }\n  citadel: { resources: { requests: *few } }`,
    });
    const resources = { requests: { cpu: "10m" } };
    assert.deepEqual(settings.istio.values, {
      pilot: { resources },
      galley: { resources },
      citadel: { resources },
    });
  });

  for (const [name, files] of [
    [
      "with Windows' line ends and its mark at the beginning",
      { "values.yaml": `\ufeff${umbrella.replaceAll("\n", "\r\n")}` },
    ],
    [
      "beside files that hold comments alone",
      { "values.yaml": umbrella, "b.yaml": "# nothing yet\n---\n# nor here\n" },
    ],
  ] as const)
    it(`the same files ${name} say the same`, () => {
      assert.deepEqual(body(made(files).text), body(made({ "values.yaml": umbrella }).text));
    });

  it("a passphrase that the settings would not take is left out, with the reason", () => {
    const found = made({
      "values.yaml": umbrella.replace("enabled: true", "enabled: true\n    dashboard: { passphrase: admin }"),
    });
    assert.equal(found.passphrase, undefined);
    assert.match(found.rows.find(({ old }) => /passphrase/.test(old))?.why ?? "", /less than 8 characters/);
  });

  it("a passphrase in clear is no part of the file, nor of the report", () => {
    const found = made({
      "values.yaml": umbrella.replace("enabled: true", "enabled: true\n    dashboard: { passphrase: hunter2hunter2 }"),
    });
    assert.equal(found.passphrase, "hunter2hunter2");
    assert.doesNotMatch(found.text + JSON.stringify(found.rows), /hunter2/);
  });
});

describe("import-values: the version", () => {
  const range = chart.replace("1.4.6", "~1.4.0");
  const lock = "dependencies:\n  - name: istio\n    version: 1.4.10\ndigest: sha256:0\n";

  it("of a range is the one in Chart.lock", () => {
    const { settings } = made({ "Chart.yaml": range, "Chart.lock": lock, "values.yaml": umbrella });
    assert.equal(settings.istio.version, "1.4.10");
  });

  it("of Chart.yaml counts where the lock is older: helm install --dependency-update follows it", () => {
    const { settings } = made({ "Chart.lock": lock, "values.yaml": umbrella });
    assert.equal(settings.istio.version, "1.4.6");
  });

  it("is asked for where nothing tells it", () => {
    assert.match(
      problems({ "Chart.yaml": range, "values.yaml": umbrella }).join(),
      /range "~1\.4\.0": give its Chart\.lock/,
    );
    assert.match(problems({ "Chart.yaml": "", "values.yaml": umbrella }).join(), /give the umbrella's Chart\.yaml/);
  });

  it("of the modern layout is refused beside values for the old chart", () => {
    const files = { "values.yaml": `${umbrella}\n  pilot: { traceSampling: 50 }` };
    assert.match(problems(files, { istioVersion: "1.30.3" }).join(), /Give the version that runs/);
  });
});
