import assert from "node:assert/strict";
import { pilotMetrics } from "../../../mesh/upgrade/pilotMetrics";

const lines = (...all: readonly string[]) => `${all.join("\n")}\n`;

describe("metrics of a control plane", () => {
  it("the series of one name are summed over their labels", () => {
    const text = lines('pilot_xds{version="1.29.6"} 10', 'pilot_xds{version="1.30.3"} 2', 'pilot_xds{version=""} 1');
    assert.equal(pilotMetrics(text).connected, 13);
  });

  it("a series without labels counts", () => {
    assert.deepEqual(pilotMetrics(lines("pilot_total_xds_rejects 4", "pilot_xds 3")), { rejections: 4, connected: 3 });
  });

  it("several labels count as one series", () => {
    const text = lines('pilot_total_xds_rejects{node="a",type="type.googleapis.com/envoy.Listener"} 5');
    assert.equal(pilotMetrics(text).rejections, 5);
  });

  for (const [title, value, sum] of [
    ["a large count, as Prometheus writes it", "1.5e+06", 1_500_000],
    ["a decimal", "2.0", 2],
    ["zero", "0", 0],
    ["a count with its time behind it", "7 1700000000000", 7],
  ] as const) {
    it(`${title} is read`, () => {
      assert.equal(pilotMetrics(lines(`pilot_xds{version="1.30.3"} ${value}`)).connected, sum);
    });
  }

  for (const [title, line] of [
    ["a longer name", "pilot_xds_pushes 9"],
    ["a longer name with labels", 'pilot_xds_pushes{type="cds"} 9'],
    ["a name that ends alike", "galley_pilot_xds 9"],
    ["a description", "# HELP pilot_xds 9 endpoints"],
    ["a type", "# TYPE pilot_xds gauge"],
    ["a label's value", 'other{name="pilot_xds 9"} 1'],
  ] as const) {
    it(`${title} is not taken for the series`, () => {
      assert.equal(pilotMetrics(lines(line)).connected, 0);
    });
  }

  it("what is not there is zero", () => {
    assert.deepEqual(pilotMetrics(""), { rejections: 0, connected: 0 });
  });
});
