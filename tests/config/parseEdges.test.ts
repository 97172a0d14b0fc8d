// The edges of what is refused: URLs, nesting, line breaks, places. Rows of whole sections have files of their own.
import fc from "fast-check";
import assert from "node:assert/strict";
import { readStackFile } from "../../config/raw";
import { checkRows, checkValid, classic, istio, modern, problemsOf } from "./config";
import { kubernetesName } from "./texts";

const unshown =
  "its value is not allowed. Allowed: an http(s) or oci URL without credentials, or a directory; {version} stands for the Istio version";
const label = `Allowed: ${kubernetesName}`;
const noRevisions = "istio.revision: the classic layout has no revisions: remove it, and injection: revision";
const types = "Allowed: a fault with type: httpAbort, httpDelay, tcpRedirect or externalHost";

describe("settings: repositories", () => {
  checkRows(
    [
      "OCI://registry/charts",
      "Ftp://charts",
      "FILE:///charts",
      "https:/ann:hunter2@charts.example.com",
      "https:ann:hunter2@charts.example.com",
      "https://ann:@charts.example.com",
      "ann:hunter2@charts.example.com/istio",
    ].map((chartRepository) => ({
      name: `${chartRepository} is refused`,
      config: { ...istio({ chartRepository }), kiali: { chartRepository } },
      problems: [`istio.chartRepository: ${unshown}`, `kiali.chartRepository: ${unshown}`],
    })),
  );
  checkValid(
    ["HTTPS://charts.example.com", "HtTp://charts.example.com/{version}", "C:\\charts"].map((chartRepository) => ({
      name: `${chartRepository} is valid`,
      config: istio({ chartRepository }),
    })),
  );

  it("no part of a wrong repository or kubeconfig is in a problem line", () => {
    const password = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom("Ж", "Щ", "7", ":", "/") });
    const scheme = fc.constantFrom("https", "HTTP", "oci", "ftp");
    fc.assert(
      fc.property(scheme, password, (name, text) => {
        const url = `${name}://u:Ж${text.replaceAll("/", "%2F")}@charts.example.com`;
        const kubeconfig = `{users: [{token: Ж${text}}]}`;
        const config = {
          ...istio({ chartRepository: url }),
          kiali: { chartRepository: url },
          kubernetes: { kubeconfig },
        };
        const problems = problemsOf(config);
        assert.equal(problems.length, 3);
        assert.doesNotMatch(problems.join(), /[ЖЩ]/);
      }),
    );
  });
});

describe("settings: nesting and line breaks", () => {
  const deep = `${"[".repeat(5000)}${"]".repeat(5000)}`;
  checkRows([
    {
      name: "Helm values that are nested too deeply are one problem",
      config: { istio: `{"version":"1.4.6","values":{"a":${deep}}}` },
      problems: ["istio: is nested too deeply"],
    },
    {
      name: "line breaks of every kind in a key are a space",
      config: {
        ...classic,
        mail: { "a\r\nb": 1, "a\u2028b": 1, "a\u0085b": 1 },
        faultInjection: {
          faults: [{ type: "httpAbort", host: "ps", httpStatus: 500, sourceLabels: { "a\n\u2029\tb": 5 } }],
        },
      },
      problems: [
        `mail: ${Array.from({ length: 3 }, () => 'unknown key "a b", the nearest known one is "external" (known: external, externalHostName, externalHostPort, addresses)').join("; ")}`,
        "faultInjection.faults[0].sourceLabels.a b: 5 is not allowed. Allowed: a string",
      ],
    },
  ]);

  it("another section that is nested too deeply is one line too, and the rest is judged", () => {
    const problems = problemsOf({ ...classic, mysql: `{"external":${deep}}`, production: "yes" });
    assert.deepEqual(
      problems.map((line) => /^jam-istio:(\w+)[^\n]+$/.exec(line)?.[1]),
      ["production", "mysql"],
    );
  });

  it("a key at the top with a line break is one line", () => {
    const [line = "", ...others] = problemsOf({ ...classic, "my\nsql": 1 });
    assert.deepEqual(others, []);
    assert.match(line, /^jam-istio:my sql: unknown key "my sql", the nearest known one is "mysql" \([^\n]+\)$/);
  });

  for (const text of ["config: {a: &x [*x]}", "config: &x {a: *x}", "&x {config: *x}", "config: {a: &x [{b: *x}]}"]) {
    it(`${text} contains itself: one line`, () => {
      assert.throws(() => readStackFile(text), {
        message: "an anchor contains itself, or it is nested too deeply",
      });
    });
  }

  it("an anchor that is used twice is read", () => {
    assert.deepEqual(readStackFile("config: {a:a: &x [1], a:b: *x}").values, { "a:a": "[1]", "a:b": "[1]" });
  });
});

describe("settings: places of external services", () => {
  const service = (name: string, host: string) => ({
    name,
    hosts: [`${host}.example.com`],
    ports: [{ number: 1, protocol: "TCP" }],
  });
  checkRows([
    {
      name: "a collision behind a wrong service keeps its place",
      config: { ...classic, externalServices: [service("Bad", "a"), service("good", "b"), service("other", "c")] },
      problems: [
        `externalServices[0].name: "Bad" is not allowed. ${label}`,
        'externalServices[2]: port 1 (TCP) collides with the entry "good" (TCP): without distinct addresses the proxy ' +
          "cannot tell them apart and one takes the other's connections; give both of them addresses",
      ],
    },
    {
      name: "names behind wrong services, whatever lies between",
      config: {
        ...classic,
        externalServices: [7, service("mysql", "a"), "x", { ...service("smtp", "b"), addresses: ["10.0.0.0/8"] }],
      },
      problems: [
        "externalServices[0]: 7 is not allowed. Allowed: a map with the keys name, hosts, ports, resolution, addresses",
        'externalServices[2]: "x" is not allowed. Allowed: a map with the keys name, hosts, ports, resolution, addresses',
        'externalServices[1].name: "mysql" is the name of an entry that the sections mysql, dataStorage and mail make; choose another',
        "externalServices[3].addresses: ranges are for resolution: NONE; with DNS give single addresses",
        'externalServices[3].name: "smtp" is the name of an entry that the sections mysql, dataStorage and mail make; choose another',
      ],
    },
  ]);
  checkValid([
    {
      name: "ranges with NONE, single addresses with DNS",
      config: {
        ...classic,
        externalServices: [
          { ...service("one", "a"), resolution: "NONE", addresses: ["10.1.0.0/16"] },
          { ...service("two", "b"), addresses: ["10.2.0.1", "2001:db8::1"] },
          {
            ...service("three", "c"),
            resolution: "NONE",
            addresses: ["10.3.0.1"],
            ports: [{ number: 27017, protocol: "MONGO" }],
          },
        ],
      },
    },
  ]);
});

describe("settings: revisions, passphrase, faults", () => {
  checkValid([
    {
      name: "a revision and injection by it, managed",
      config: { istio: { version: "1.30.3", revision: "canary" }, injection: "revision" },
    },
    { name: "a revision before the namespace uses it", config: { istio: { version: "1.30.3", revision: "1-30-3" } } },
  ]);
  checkRows([
    {
      name: "injection by revision in the classic layout",
      config: { ...classic, injection: "revision" },
      problems: [noRevisions],
    },
    { name: "a revision in the classic layout", config: istio({ revision: "canary" }), problems: [noRevisions] },
    ...[
      [5, "5 is not allowed"],
      [["flood"], '["flood"] is not allowed'],
      ["a\nb", '"a\\nb" is not allowed'],
      [null, "missing"],
    ].map(([type, text]) => ({
      name: `a fault of type ${JSON.stringify(type)}`,
      config: { ...classic, faultInjection: { faults: [{ type, host: "ps", httpStatus: 500 }] } },
      problems: [`faultInjection.faults[0].type: ${String(text)}. ${types}`],
    })),
  ]);
  checkValid([
    { name: "an empty passphrase is absent", config: { ...classic, kialiPassphrase: "" } },
    { name: "an empty signing key is absent", config: { ...modern, kialiSigningKey: "" } },
    { name: "an empty passphrase is absent in the modern layout too", config: { ...modern, kialiPassphrase: "" } },
  ]);
});
