/** Stack files as people write them by mistake, through the command `render`; all that the rules say is in tests/config. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { inFolder } from "../support/tinyCharts";

// Needs no chart: another stack owns the control plane.
const istio = 'jam-istio:istio: {version: "1.4.6", controlPlane: shared}';
const database = "{external: true, externalHostName: db.example.com}";

function rendered(text: string, check: (ended: Awaited<ReturnType<typeof jamIstio>>, folder: string) => void) {
  return inFolder(async (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    writeFileSync(join(folder, "Pulumi.dev701.yaml"), text);
    check(await jamIstio(["render", "dev701", "--out", "out"], {}, folder), folder);
  });
}

const bomb = Array.from({ length: 7 }, (_, at) => {
  const [inner, name] = [at === 0 ? "x" : `*a${String(at - 1)}`, `a${String(at)}`];
  return `      ${name}: &${name} [${Array.from({ length: 10 }, () => inner).join(", ")}]`;
});

describe("jam-istio render, stack files with a mistake", () => {
  for (const [name, lines, problem] of [
    [
      "mistakes in three places, all of them in one go",
      [
        "config:",
        `  ${istio}`,
        `  jamistio:mysql: ${database}`,
        "  mail: {externalHostName: {secure: a}}",
        "confg: {}",
      ],
      /^error: 3 problems .*\n.*"confg" is not read.*\n.*the nearest one is "jam-istio"\n.*mail\.externalHostName: holds/,
    ],
    ["Config", ["Config:", `  ${istio}`], /there is no "config:" at its top, only "Config"\. A stack file begins/],
    [
      "values with credentials and a tag of another version, keys without effect",
      [
        "config:",
        "  istio:",
        '    version: "1.4.6"',
        "    values: {global: {tag: 1.4.9, tracer: {lightstep: {accessToken: hunter2}}}}",
        "    cni: {values: {chained: false}}",
        "  kiali: {values: {upstream: 'https://ann:hunter2@example.com'}}",
        "  mysql: {externalHostName: db.example.com}",
        "  faultInjection: {enabled: true}",
      ],
      new RegExp(
        [
          "istio\\.cni\\.enabled: missing: without it its values have no effect",
          "kiali\\.values: has no effect up to Istio 1\\.5",
          "mysql\\.external: missing",
          "istio\\.values\\.global\\.tag: 1\\.4\\.9 is not istio\\.version 1\\.4\\.6",
          "accessToken: looks like a secret in clear",
          "kiali\\.values\\.upstream: holds a URL with credentials in clear",
          "faultInjection\\.faults: missing",
        ].join(".*\\n.*"),
      ),
    ],
    ["a bomb", ["config:", "  istio:", "    values:", ...bomb], /longer than 4000000 characters/],
  ] as const) {
    it(`${name}: exit code 1, said at once, nothing written`, () =>
      rendered(lines.join("\n"), ({ code, stdout, stderr }) => {
        assert.deepEqual([code, stdout], [1, ""]);
        assert.match(stderr, problem);
        assert.doesNotMatch(stderr, /^\s+at |\.ts:\d|hunter2/m);
      }));
  }

  it("a key without a prefix and a merge key are read as Pulumi does", () => {
    const lines = [
      `x-db: &db ${database}`,
      "config:",
      `  ${istio}`,
      "  mysql:",
      "    <<: *db",
      "    externalHostName: b.example.com",
    ];
    return rendered(lines.join("\n"), ({ code, stderr }, folder) => {
      assert.equal(code, 0, stderr);
      const entry = readFileSync(join(folder, "out", "dev701", "ServiceEntry-mysql.yaml"), "utf8");
      assert.match(entry, /- b\.example\.com/);
    });
  });
});
