/** Where charts come from. That the official repositories answer like the server of these tests is not shown here. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadChart as load, repositoryUnder } from "../../charts/load";
import type { ChartSource } from "../../mesh/install/chartSources";
import type { Progress } from "../../tools/helm";
import { serveCharts, type ChartServer } from "../support/chartServer";
import { itNeeds } from "../support/machine";
import { filesIn, inFolder, tinyRepository, withCache } from "../support/tinyCharts";

const planned = (repository: string, version = "1.0.0"): ChartSource => ({
  chart: "tiny",
  version,
  repositories: [repository],
});
const loadChart = (source: ChartSource, helm: string, progress: Progress) =>
  load(source, { helm: () => Promise.resolve(helm), progress });
const quiet = () => undefined;

/** A served repository with chart tiny 1.0.0, and an empty cache. */
function served(helm: string, body: (server: ChartServer, cache: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await tinyRepository(helm, folder, ["1.0.0", "1.1.0"]);
    const server = await serveCharts(folder);
    try {
      await withCache((cache) => body(server, cache));
    } finally {
      await server.stop();
    }
  });
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error, "it did not fail");
  assert.notEqual(error.message.trim(), "");
  assert.doesNotMatch(error.message, /\n/, "one line");
  return error.message;
}

describe("repositoryUnder", () => {
  const cases = [
    ["istio", "1.4.6", "classic", "istio-release/releases/1.4.6/charts"],
    ["istiod", "1.30.3", "modern", "istio-release/charts"],
    ["kiali-server", "2.26.0", "modern", "kiali"],
  ] as const;
  for (const [chart, version, layout, folder] of cases) {
    it(`${chart}: ${folder}, below a directory or a URL, with or without a slash`, () => {
      for (const root of ["/charts", "https://charts.example.com/x"]) {
        assert.equal(repositoryUnder(root, { chart, version }, layout), `${root}/${folder}`);
        assert.equal(repositoryUnder(`${root}/`, { chart, version }, layout), `${root}/${folder}`);
      }
    });
  }
});

describe("loadChart from a directory", () => {
  itNeeds(["helm"], "gives the archive in place", ({ helm }) =>
    inFolder(async (folder) => {
      await tinyRepository(helm, folder, ["1.0.0"]);
      assert.equal(await loadChart(planned(folder), helm, quiet), join(folder, "tiny-1.0.0.tgz"));
    }),
  );

  it("names the archive that is not there", () =>
    inFolder(async (folder) => {
      const message = await failure(loadChart(planned(folder), "no-helm-needed", quiet));
      assert.equal(message, `chart tiny 1.0.0 cannot be had: ${folder} does not have this chart`);
      const nowhere = await failure(loadChart(planned(join(folder, "no")), "no-helm-needed", quiet));
      assert.equal(nowhere, `chart tiny 1.0.0 cannot be had: ${folder}/no does not exist`);
    }));
});

describe("loadChart through HTTP", () => {
  itNeeds(["helm"], "loads once: the second time it asks nobody and says nothing", ({ helm }) =>
    served(helm, async (server, cache) => {
      const said: string[] = [];
      const path = await loadChart(planned(server.url), helm, (line) => said.push(line));
      assert.ok(path.startsWith(cache));
      assert.deepEqual(server.requests, ["/index.yaml", "/tiny-1.0.0.tgz"]);
      assert.deepEqual(said, [`loading chart tiny 1.0.0 from ${server.url}`]);
      assert.equal(await loadChart(planned(server.url), helm, (line) => said.push(line)), path);
      assert.deepEqual([server.requests.length, said.length], [2, 1]);
      server.misbehave = "error";
      assert.equal(await loadChart(planned(server.url), helm, quiet), path);
      assert.deepEqual(filesIn(cache).length, 1);
    }),
  );

  itNeeds(["helm"], "keeps versions and repositories apart", ({ helm }) =>
    served(helm, async (server, cache) => {
      const old = await loadChart(planned(server.url), helm, quiet);
      const now = await loadChart(planned(server.url, "1.1.0"), helm, quiet);
      const other = await loadChart(planned(`${server.url}/`), helm, quiet);
      assert.equal(new Set([old, now, other]).size, 3);
      assert.equal(filesIn(cache).length, 3);
    }),
  );

  itNeeds(["helm"], "two at a time: both get the chart, one file is kept", ({ helm }) =>
    served(helm, async (server, cache) => {
      const both = [loadChart(planned(server.url), helm, quiet), loadChart(planned(server.url), helm, quiet)];
      const [first, second] = await Promise.all(both);
      assert.equal(first, second);
      assert.equal(filesIn(cache).length, 1);
    }),
  );

  const broken: readonly (readonly [string, (server: ChartServer) => Promise<string> | string, RegExp])[] = [
    ["a repository that is not there (404)", (server) => `${server.url}/nowhere`, /404/],
    [
      "a server that fails (500)",
      (server) => {
        server.misbehave = "error";
        return server.url;
      },
      /500/,
    ],
    [
      "an archive that is none",
      (server) => {
        server.misbehave = "corrupt";
        return server.url;
      },
      /gzip|archive|chart/i,
    ],
    ["a server that nobody runs", () => "http://127.0.0.1:9", /refused/],
  ];
  for (const [title, repositoryOf, expected] of broken) {
    itNeeds(["helm"], `${title}: one line, and nothing is kept`, ({ helm }) =>
      served(helm, async (server, cache) => {
        const repository = await repositoryOf(server);
        assert.match(await failure(loadChart(planned(repository), helm, quiet)), expected);
        assert.deepEqual(filesIn(cache), []);
      }),
    );
  }

  itNeeds(["helm"], "a version that the repository does not have: named, and nothing is kept", ({ helm }) =>
    served(helm, async (server, cache) => {
      assert.match(await failure(loadChart(planned(server.url, "9.9.9"), helm, quiet)), /9\.9\.9/);
      assert.deepEqual(filesIn(cache), []);
    }),
  );

  itNeeds(["helm"], "once the server is well again the chart is loaded", ({ helm }) =>
    served(helm, async (server, cache) => {
      server.misbehave = "corrupt";
      await failure(loadChart(planned(server.url), helm, quiet));
      server.misbehave = "none";
      mkdirSync(cache, { recursive: true });
      assert.deepEqual(filesIn(cache), []);
      await loadChart(planned(server.url), helm, quiet);
      assert.equal(filesIn(cache).length, 1);
    }),
  );
});
