/** The mirror of the tests' charts, fetched from servers on loopback that are laid out like the official hosts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryUnder } from "../../charts/load";
import { officialOf, type MirrorChart } from "../../charts/mirror";
import { serveCharts } from "../support/chartServer";
import { fetchMirror, testCharts } from "../support/fetchMirror";
import { itNeeds } from "../support/machine";
import { serveOci } from "../support/ociRegistry";
import { filesIn, inFolder, withCache } from "../support/tinyCharts";

const some: readonly MirrorChart[] = [
  { chart: "istio-init", version: "1.4.6", layout: "classic" },
  { chart: "base", version: "1.30.3", layout: "modern" },
  { chart: "cni", version: "1.30.3", layout: "modern" },
  { chart: "kiali-server", version: "2.26.0", layout: "modern" },
];

describe("the mirror for the tests", () => {
  it("every chart has an official place", () => {
    for (const chart of testCharts) assert.ok(officialOf(chart).length > 0, chart.chart);
  });

  itNeeds(["helm", "mirror"], "is laid out like the hosts, with indexes, and names what it lacks", ({ helm, mirror }) =>
    inFolder((folder) =>
      withCache(async () => {
        const server = await serveCharts(mirror);
        const oci = await serveOci(join(mirror, "istio-release/charts"));
        // The one at the new host is missing there, as if only the registry had it.
        const sources = (chart: MirrorChart) =>
          chart.chart === "base"
            ? [`${server.url}/kiali`, oci.url]
            : [repositoryUnder(server.url, chart, chart.layout)];
        const lost: MirrorChart = { chart: "istiod", version: "1.99.0", layout: "modern" };
        try {
          const loading = { helm: () => Promise.resolve(helm), progress: () => undefined };
          const missing = await fetchMirror(folder, [...some, lost], sources, loading);
          assert.equal(missing.length, 1);
          assert.match(
            missing[0] ?? "",
            /^chart istiod 1\.99\.0 cannot be had: .* does not have version 1\.99\.0 \(it has/,
          );
        } finally {
          await server.stop();
          await oci.stop();
        }
        assert.deepEqual(filesIn(folder), [
          "istio-release/charts/base-1.30.3.tgz",
          "istio-release/charts/cni-1.30.3.tgz",
          "istio-release/charts/index.yaml",
          "istio-release/releases/1.4.6/charts/index.yaml",
          "istio-release/releases/1.4.6/charts/istio-init-1.4.6.tgz",
          "kiali/index.yaml",
          "kiali/kiali-server-2.26.0.tgz",
        ]);
        const file = "istio-release/charts/base-1.30.3.tgz";
        assert.deepEqual(readFileSync(join(folder, file)), readFileSync(join(mirror, file)));
      }),
    ),
  );
});
