import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { lostSince } from "../../rehearse/identities";
import { oldMeshOf } from "../../rehearse/oldMesh";
import type { Phase } from "../../rehearse/rehearsal";
import { makeReport, reportText } from "../../rehearse/report";

// That Helm makes such a mesh, and the command adopts it, is in tests/e2e/rehearseAdoption.test.ts.

describe("what an old mesh is made of", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-old-"));
  const [chart, other, empty, values] = ["chart", "other", "empty", "values.yaml"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  before(() => {
    for (const one of [chart, other, empty]) mkdirSync(one);
    for (const one of [chart, other]) writeFileSync(join(one, "Chart.yaml"), "name: jam-istio");
    writeFileSync(values, "jam: {}");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const classic = (...paths: readonly string[]) => oldMeshOf(paths, { layout: "classic" });
  const modern = (...paths: readonly string[]) => oldMeshOf(paths, { layout: "modern" });

  it("an umbrella's folder and its values files, in their order", () => {
    assert.deepEqual(classic(values, chart, values), { chart, values: [values, values] });
  });

  it("values alone, of either layout", () => {
    for (const of of [classic, modern]) assert.deepEqual(of(values), { values: [values] });
  });

  for (const [title, work, message] of [
    ["a path that is not there", () => classic(chart, join(folder, "none")), /--adopt: there is no .*none$/],
    ["a folder that is no chart", () => classic(empty), /empty has no Chart\.yaml: give the umbrella chart's folder/],
    ["two charts", () => classic(chart, other), /one chart makes the mesh, not .*chart and .*other/],
    ["an umbrella of the modern layout", () => modern(chart), /give the values that helm get values prints/],
  ] as const)
    it(`${title}: one line says what to give`, () => {
      assert.throws(work, message);
    });
});

describe("what an adoption lost", () => {
  const before = new Map([
    ["Pod dev701/a", "1"],
    ["Pod dev701/b", "2"],
    ["Secret istio-system/kiali", "3"],
  ]);

  it("nothing, where all are there with their uid; what is new is no loss", () => {
    assert.deepEqual(lostSince(before, new Map([...before, ["Pod dev701/c", "4"]])), []);
  });

  it("what is gone and what was made anew, each by its name", () => {
    const now = new Map([
      ["Pod dev701/a", "1"],
      ["Secret istio-system/kiali", "9"],
    ]);
    assert.deepEqual(lostSince(before, now), ["Pod dev701/b is gone", "Secret istio-system/kiali was made anew"]);
  });

  const phase = (lost: readonly string[]): Phase => ({
    ...{ name: "adoption of 1.4.6", version: "1.4.6", succeeded: true, seconds: 9, lost },
    ...{ errors: [], notes: [], steps: [], cluster: [], workloads: [], proxies: {} },
  });
  const text = (lost: readonly string[]) => {
    const report = makeReport("dev701", "1.21", [phase(lost)]);
    return { report, text: reportText(report, pc.createColors(false)) };
  };

  it("is a finding, and the rehearsal did not go through", () => {
    const found = text(["Secret istio-system/kiali was made anew"]);
    assert.equal(found.report.succeeded, false);
    assert.match(found.text, /^! Secret istio-system\/kiali was made anew by adoption of 1\.4\.6$/m);
  });

  it("nothing: the report says so", () => {
    const found = text([]);
    assert.ok(found.report.succeeded);
    assert.match(found.text, /every object that was there is there, with the same uid/);
  });
});
