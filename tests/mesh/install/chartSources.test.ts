import assert from "node:assert/strict";
import {
  answerOf,
  chartNameOf,
  chartPath,
  isKnownMissing,
  lackingText,
  nearRanges,
  unavailableText,
} from "../../../mesh/install/chartSources";

describe("chart sources: what Helm says", () => {
  const lacks = [
    'chart "istiod" version "1.30.9" not found in https://blob.istio.io/istio-release/charts repository',
    'failed to perform "FetchReference" on source: ghcr.io/istio/release/charts/istiod:1.30.9: not found',
  ];
  for (const line of lacks) {
    it(`it has not: ${line.slice(0, 40)}`, () => {
      assert.deepEqual(answerOf(line), { found: "lacks" });
    });
  }

  const index = "https://charts.example.com/index.yaml";
  const invalid = 'looks like "https://charts.example.com" is not a valid chart repository or cannot be reached: ';
  for (const [line, reason] of [
    [`${invalid}failed to fetch ${index} : 503 Service Unavailable`, "HTTP 503"],
    [`failed to fetch https://charts.example.com/istiod-1.30.3.tgz : 404 Not Found`, "HTTP 404"],
    [
      `${invalid}Get "${index}": dial tcp 10.0.0.1:443: connect: connection refused`,
      "dial tcp 10.0.0.1:443: connect: connection refused",
    ],
    [
      `${invalid}Get "${index}": dial tcp: lookup charts.example.com: no such host`,
      "dial tcp: lookup charts.example.com: no such host",
    ],
    [
      `${invalid}Get "${index}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ],
    [
      'failed to perform "FetchReference" on source: GET "https://ghcr.io/v2/x/manifests/1.0.0": response status code 403: denied: denied',
      "HTTP 403",
    ],
    ["no answer within 15 s", "no answer within 15 s"],
  ] as const) {
    it(`it gives none: ${reason}`, () => {
      assert.deepEqual(answerOf(line), { found: reason === "HTTP 404" ? "absent" : "unread", reason });
    });
  }
});

describe("chart sources: names and paths", () => {
  it("a stack's archive lies at a path that no machine is part of", () => {
    assert.equal(
      chartPath("dev701", { chart: "istiod", version: "1.30.3" }),
      "./.jam-istio/charts/dev701/istiod-1.30.3.tgz",
    );
  });
  for (const [chart, version, name] of [
    ["istiod", "1.30.3", "istiod"],
    ["./charts/1.30.3/istiod-1.30.3.tgz", "1.30.3", "istiod"],
    ["C:\\charts\\istio-init-1.4.6.tgz", "1.4.6", "istio-init"],
    ["oci://ghcr.io/istio/release/charts/istiod", "1.30.3", "istiod"],
    ["istiod-1.30.2.tgz", "1.30.3", "istiod-1.30.2.tgz"],
  ] as const) {
    it(`${chart} ${version} is chart ${name}`, () => {
      assert.equal(chartNameOf(chart, version), name);
    });
  }
});

describe("chart sources: texts", () => {
  it("versions that are there are named once, the newest first", () => {
    const name = { chart: "istiod", version: "1.30.9" };
    assert.equal(
      lackingText(name, ["1.30.3", "1.31.1", "1.30.3", "rubbish"]),
      "does not have version 1.30.9 (it has 1.31.1, 1.30.3)",
    );
    assert.equal(lackingText(name, []), "does not have this chart");
  });

  it("the nearest five are named", () => {
    const has = ["1.27.9", "1.28.9", "1.28.10", "1.29.5", "1.29.6", "1.30.2", "1.30.3", "2.0.0"];
    assert.equal(
      lackingText({ version: "1.29.9" }, has),
      "does not have version 1.29.9 (it has 1.30.3, 1.30.2, 1.29.6, 1.29.5, 1.28.10)",
    );
  });

  const [lacks, absent, unread] = (["lacks", "absent", "unread"] as const).map((found) => ({ found }));
  for (const [attempts, known] of [
    [[lacks], true],
    [[absent, lacks], true],
    [[unread, lacks], false],
    [[absent, absent], true],
    [[unread], false],
    [[absent, unread], false],
  ] as const) {
    const seen = attempts.map((one) => one?.found ?? "").join(", ");
    it(`repositories that are ${seen}: the chart is ${known ? "known not to be there" : "perhaps there later"}`, () => {
      assert.equal(isKnownMissing(attempts.flatMap((one) => one ?? [])), known);
    });
  }

  it("near is the same minor, its release candidates included, and the newest", () => {
    assert.deepEqual(nearRanges("1.31.7"), ["~1.31.0-0", ">0.0.0"]);
  });

  it("the same reasons are said once, each repository in its own line", () => {
    const attempts = [
      { repository: "https://a.example.com", text: "cannot be reached: HTTP 503", found: "unread" },
      { repository: "oci://b.example.com", text: "does not have this chart", found: "lacks" },
    ] as const;
    const text = unavailableText("dev701", [
      { chart: "base", version: "1.30.3", attempts },
      { chart: "istiod", version: "1.30.3", attempts },
      { chart: "kiali-server", version: "2.26.0", attempts: attempts.slice(0, 1) },
    ]);
    assert.deepEqual(text.split("\n").slice(0, -1), [
      "stack dev701: charts that it needs cannot be had; nothing was changed:",
      "  - base 1.30.3, istiod 1.30.3:",
      "    https://a.example.com cannot be reached: HTTP 503",
      "    oci://b.example.com does not have this chart",
      "  - kiali-server 2.26.0:",
      "    https://a.example.com cannot be reached: HTTP 503",
    ]);
    assert.match(text.split("\n").at(-1) ?? "", /istio\.chartRepository .*kiali\.chartRepository/);
  });
});
