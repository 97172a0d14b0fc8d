// Files as they are in a team's repository; what the old charts make of them is read from their templates.
import assert from "node:assert/strict";
import { chart, made, problems, umbrella, type Files } from "./support/files";

describe("import-values: the chart fault-injection", () => {
  const values = (memcached: boolean, ctWebapp: boolean) =>
    `jam: { fake_service: { enabled: true }, memcached: { faultinject: ${String(memcached)} }, ctWebapp: { faultinject: ${String(ctWebapp)} } }`;

  it("its faults are there, switched off, where none was on", () => {
    const { settings } = made({ "values.yaml": umbrella, "fault-injection/values.yaml": values(false, false) });
    assert.equal(settings.faultInjection.enabled, false);
    assert.deepEqual(settings.faultInjection.faults.map(({ type }) => type).sort(), ["httpAbort", "tcpRedirect"]);
  });

  it("only those that were on are active", () => {
    const { settings } = made({ "values.yaml": umbrella, "fault-injection/values.yaml": values(true, false) });
    assert.equal(settings.faultInjection.enabled, true);
    assert.deepEqual(
      settings.faultInjection.faults.map(({ type }) => type),
      ["tcpRedirect"],
    );
  });

  it("Service fake-service is the program's", () => {
    const { rows } = made({ "values.yaml": umbrella, "fault-injection/values.yaml": values(true, false) });
    assert.equal(rows.find(({ old }) => old === "jam.fake_service.enabled")?.outcome, "changed");
  });
});

describe("import-values: what is not carried", () => {
  const leftOut = (files: Files) => made(files).rows.filter(({ outcome }) => outcome === "left out");

  it("is named with its file and the reason", () => {
    const [row] = leftOut({ "values.yaml": umbrella, "app.yaml": "jam: { ps: { replicas: 3 } }" });
    assert.deepEqual([row?.old, row?.file], ["jam.ps.replicas", "app.yaml"]);
  });

  it("other charts of the umbrella, with their values", () => {
    const rows = leftOut({
      "Chart.yaml": `${chart}\n  - name: redis\n    version: 10.0.0`,
      "values.yaml": `${umbrella}\nredis: { usePassword: false }`,
    });
    assert.deepEqual(
      rows.map(({ old }) => old),
      ["redis.usePassword", "dependencies: redis"],
    );
  });
});

describe("import-values: files that cannot be carried get one message each", () => {
  for (const [name, files, expected] of [
    ["tabs", { "a.yaml": "jam:\n\tnamespace: x" }, /^a\.yaml: no valid YAML: .*tab/],
    [
      "a template",
      { "a.yaml": "jam:\n  namespace: {{ .Values.x }}" },
      /^a\.yaml: jam\.namespace is a template; Helm expands no/,
    ],
    [
      "two instances in one file",
      { "a.yaml": "jam: {namespace: a}\n---\njam: {namespace: b}" },
      /^a\.yaml: 2 documents/,
    ],
    [
      "aliases of aliases",
      {
        "a.yaml": Array.from({ length: 12 }, (_, at) =>
          at === 0
            ? "x0: &x0 lol"
            : `x${String(at)}: &x${String(at)} [${Array(9)
                .fill(`*x${String(at - 1)}`)
                .join(", ")}]`,
        ).join("\n"),
      },
      /^a\.yaml: with every alias/,
    ],
    ["an anchor that contains itself", { "a.yaml": "x: &x { y: *x }" }, /^a\.yaml: an anchor contains itself/],
    ["a list", { "a.yaml": "- 1" }, /^a\.yaml: no map/],
    ["nothing", { "a.yaml": "" }, /the instance is not told/],
    ["a namespace that is no text", { "a.yaml": "jam: { namespace: [a] }" }, /the instance is not told/],
    [
      "an address in the place of a host",
      { "a.yaml": "jam: { namespace: a, mysql: { external: true, externalHostName: 10.0.0.1 } }" },
      /mysql\.externalHostName/,
    ],
    ["no host", { "a.yaml": "jam: { namespace: a, mysql: { external: true } }" }, /mysql\.externalHostName: missing/],
    ["no region", { "a.yaml": "jam: { namespace: a, dataStorage: { mode: aws } }" }, /dataStorage\.region: missing/],
    [
      "a port that is none",
      {
        "a.yaml":
          "jam: { namespace: a, mail: { external: true, externalHostName: m.example.com, externalHostPort: smtp } }",
      },
      /mail\.externalHostPort/,
    ],
    [
      "a key twice",
      { "a.yaml": `${umbrella}\njam:\n  namespace: x` },
      /^a\.yaml: no valid YAML: duplicated mapping key/,
    ],
    [
      "a file that was cut off",
      { "a.yaml": "jam: { namespace: a, mysql: {" },
      /^a\.yaml: no valid YAML: unexpected end/,
    ],
    [
      "a tag of another tool",
      { "a.yaml": "jam: { namespace: a, x: !vault y }" },
      /^a\.yaml: no valid YAML: unknown tag/,
    ],
    [
      "a variable that a script would fill in",
      { "a.yaml": "jam: { namespace: a, mysql: { external: true, externalHostName: $DB } }" },
      /mysql\.externalHostName: "\$DB" is not allowed/,
    ],
    [
      "a password in clear among the chart's values",
      { "a.yaml": `${umbrella}\n  grafana: { security: { adminPassword: hunter2hunter2 } }` },
      /^(?!.*hunter2).*istio\.values\.grafana\.security\.adminPassword: looks like a secret in clear/,
    ],
    ["values of the chart that are no map", { "a.yaml": "jam: { namespace: a }\nistio: 5" }, /^istio: is no map/],
  ] as const) {
    it(name, () => {
      const found = problems(files);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
    });
  }

  it("all of them at once", () => {
    assert.equal(problems({ "a.yaml": "a: [", "b.yaml": "- 1" }).length, 2);
  });
});
