/** Several repositories for one chart, asked in their order with real Helm; what is said of those that gave none. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ChartUnavailable, loadChart } from "../../charts/load";
import { chartSeconds } from "../../charts/whyNot";
import { serveCharts, type ChartServer } from "../support/chartServer";
import { itNeeds } from "../support/machine";
import { serveOci, type OciRegistry } from "../support/ociRegistry";
import { filesIn, inFolder, tinyRepository, withCache } from "../support/tinyCharts";

interface World {
  readonly folder: string;
  readonly server: ChartServer;
  readonly oci: OciRegistry;
  readonly cache: string;
  /** Loads tiny; what is said meanwhile is in `said`. */
  readonly load: (version: string, ...repositories: readonly string[]) => Promise<string>;
  readonly said: string[];
}

/** tiny 1.0.0 and 1.1.0 at an http server and in an OCI registry, and an empty cache. */
function inWorld(helm: string, body: (world: World) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await tinyRepository(helm, folder, ["1.0.0", "1.1.0", "1.1.4", "2.3.0"]);
    const [server, oci] = [await serveCharts(folder), await serveOci(folder)];
    const said: string[] = [];
    const load = (version: string, ...repositories: readonly string[]) =>
      loadChart(
        { chart: "tiny", version, repositories },
        { helm: () => Promise.resolve(helm), progress: (line) => said.push(line) },
      );
    try {
      await withCache((cache) => body({ folder, server, oci, cache, load, said }));
    } finally {
      await server.stop();
      await oci.stop();
    }
  });
}

async function attemptsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ChartUnavailable);
  return error.attempts.map(({ text }) => text);
}

const closed = "http://127.0.0.1:9";

describe("charts from several repositories", () => {
  itNeeds(["helm"], "an OCI registry gives the same archive as the server", ({ helm }) =>
    inWorld(helm, async ({ folder, oci, load }) => {
      const path = await load("1.0.0", oci.url);
      assert.deepEqual(readFileSync(path), readFileSync(join(folder, "tiny-1.0.0.tgz")));
      const asked = oci.requests.length;
      assert.equal(await load("1.0.0", oci.url), path);
      assert.equal(oci.requests.length, asked, "the second time nobody is asked");
    }),
  );

  itNeeds(["helm"], "the first that has it is used, and the run says which and why not the others", ({ helm }) =>
    inWorld(helm, async ({ server, oci, load, said }) => {
      server.misbehave = "error";
      await load("1.1.0", closed, server.url, oci.url);
      const last = said.at(-1) ?? "";
      assert.match(last, /^chart tiny 1\.1\.0 comes from oci:\/\/127\.0\.0\.1:\d+\/charts: /);
      assert.match(
        last,
        /http:\/\/127\.0\.0\.1:9 cannot be reached: .*connection refused; .* cannot be reached: HTTP 500$/,
      );
    }),
  );

  itNeeds(["helm"], "what was fetched from a later one is used without asking the first again", ({ helm }) =>
    inWorld(helm, async ({ server, oci, load, said }) => {
      server.misbehave = "error";
      const path = await load("1.1.0", server.url, oci.url);
      const asked = server.requests.length;
      said.length = 0;
      assert.equal(await load("1.1.0", server.url, oci.url), path);
      assert.deepEqual([server.requests.length, said], [asked, []]);
    }),
  );

  itNeeds(
    ["helm"],
    "one that lacks the version is told from one that cannot be reached, with what it has",
    ({ helm }) =>
      inWorld(helm, async ({ server, oci, load, cache }) => {
        assert.deepEqual(await attemptsOf(load("1.1.9", server.url, oci.url, closed)), [
          "does not have version 1.1.9 (it has 2.3.0, 1.1.4)",
          "does not have version 1.1.9 (it has 2.3.0, 1.1.4)",
          "cannot be reached: dial tcp 127.0.0.1:9: connect: connection refused",
        ]);
        assert.deepEqual(filesIn(cache), []);
      }),
  );

  itNeeds(["helm"], "one that has no such chart", ({ helm }) =>
    inWorld(helm, async ({ server, oci }) => {
      const repositories = [server.url, oci.url];
      const loading = { helm: () => Promise.resolve(helm), progress: () => undefined };
      const texts = await attemptsOf(loadChart({ chart: "large", version: "1.0.0", repositories }, loading));
      assert.deepEqual(texts, ["does not have this chart", "does not have this chart"]);
    }),
  );

  itNeeds(["helm"], "a hanging one is left after its time, and the next is asked", ({ helm }) =>
    inWorld(helm, async ({ server, oci, load, said }) => {
      server.misbehave = "hang";
      const began = Date.now();
      await load("1.0.0", server.url, oci.url);
      assert.ok(Date.now() - began >= chartSeconds * 1000);
      assert.match(said.at(-1) ?? "", new RegExp(`cannot be reached: no answer within ${String(chartSeconds)} s$`));
    }),
  );

  itNeeds(["helm"], "a broken archive is not kept, and the next is asked", ({ helm }) =>
    inWorld(helm, async ({ server, oci, load, said, cache }) => {
      server.misbehave = "corrupt";
      await load("1.0.0", server.url, oci.url);
      assert.match(said.at(-1) ?? "", /sent a broken archive: /);
      assert.equal(filesIn(cache).length, 1);
    }),
  );

  it("without Helm nothing is asked, and that is said", () =>
    withCache(async () => {
      const loading = { helm: () => Promise.reject(new Error("no Helm here")), progress: () => undefined };
      const source = { chart: "tiny", version: "1.0.0", repositories: [closed] };
      assert.deepEqual(await attemptsOf(loadChart(source, loading)), ["was not asked: no Helm here"]);
    }));
});
