import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentRepositories } from "../../cluster/repositories";
import { serveCharts, type ChartServer } from "../support/chartServer";

describe("chart repositories that do not answer", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-repository-"));
  let server: ChartServer;
  before(async () => {
    writeFileSync(join(folder, "index.yaml"), "entries: {}\n");
    server = await serveCharts(folder);
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it("one that answers, a directory and another protocol are left alone", async () => {
    server.misbehave = "none";
    assert.deepEqual(await silentRepositories([server.url, `${server.url}/`, folder, "oci://example.com/charts"]), []);
  });

  for (const [misbehave, reason] of [
    ["error", "HTTP 500"],
    ["hang", "no answer within 10 s"],
  ] as const) {
    it(`${misbehave}: says so, once for each, and what to do`, async () => {
      server.misbehave = misbehave;
      assert.deepEqual(await silentRepositories([server.url, server.url]), [
        `the chart repository ${server.url} does not answer (${reason}). Try again later, or give a mirror in ` +
          "istio.chartRepository or kiali.chartRepository",
      ]);
    });
  }

  it("nobody there", async () => {
    const [line = ""] = await silentRepositories(["http://127.0.0.1:1"]);
    assert.match(line, /does not answer \(.*(bad port|refused).*\)\. Try again later/);
  });
});
