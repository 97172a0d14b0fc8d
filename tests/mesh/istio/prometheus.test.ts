import assert from "node:assert/strict";
import { samplesOf } from "../../../mesh/istio/prometheus";

describe("Prometheus' text format", () => {
  it("reads names, labels and values; comments and empty lines are none", () => {
    const text = [
      "# HELP pilot_xds Number of endpoints connected to this pilot using XDS.",
      "# TYPE pilot_xds gauge",
      'pilot_xds{version="1.30.3"} 2',
      "",
      "up 1",
      "with_time 3 1700000000000",
      'large{le="+Inf"} 1.5e+06',
    ].join("\n");
    assert.deepEqual(samplesOf(text), [
      { name: "pilot_xds", labels: { version: "1.30.3" }, value: 2 },
      { name: "up", labels: {}, value: 1 },
      { name: "with_time", labels: {}, value: 3 },
      { name: "large", labels: { le: "+Inf" }, value: 1_500_000 },
    ]);
  });

  for (const [what, quoted, value] of [
    ["a brace", "a}b", "a}b"],
    ["a brace and a space, as in the end of the labels", "x} 9", "x} 9"],
    ["a comma and an equals sign", 'a,b=\\"c\\"', 'a,b="c"'],
    ["a quote, a backslash and a line's end", '\\"\\\\\\n', '"\\\n'],
  ] as const) {
    it(`a label's value with ${what}`, () => {
      const [sample] = samplesOf(`requests{path="${quoted}",code="200"} 7\n`);
      assert.deepEqual(sample, { name: "requests", labels: { path: value, code: "200" }, value: 7 });
    });
  }

  it("no number and infinity", () => {
    const values = samplesOf("a NaN\nb +Inf\nc -Inf\n").map(({ value }) => value);
    assert.deepEqual(values, [NaN, Infinity, -Infinity]);
  });
});
