/** Charts put where the provider reads them: from this machine, a repository, or Helm's record of the release. */
import { RunError } from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { provideCharts, type NeededChart } from "../../charts/provide";
import { connectOnce } from "../../cluster/client/kubernetesClient";
import { mustRun } from "../../tools/run";
import { serveCharts, type ChartServer } from "../support/chartServer";
import { fakeApi, type FakeApi } from "../support/fakeApi";
import { itNeeds } from "../support/machine";
import { filesIn, inFolder, tinyRepository, withCache } from "../support/tinyCharts";

const path = "./.jam-istio/charts/dev701/tiny-1.0.0.tgz";
const base64 = (text: string) => Buffer.from(text).toString("base64");
/** Helm's record of release tiny. */
const recorded = (template: string, version = "1.0.0", revision = 1) => ({
  release: "tiny",
  revision,
  json: JSON.stringify({
    chart: {
      metadata: { apiVersion: "v2", name: "tiny", version },
      templates: [{ name: "templates/object.yaml", data: base64(template) }],
      values: { a: 1 },
    },
    manifest: "---\n# Source: tiny/templates/object.yaml\n",
  }),
});

interface World {
  readonly folder: string;
  readonly cache: string;
  readonly server: ChartServer;
  readonly api: FakeApi;
  readonly infos: string[];
  readonly warnings: string[];
  readonly provide: (state: NeededChart["state"], version?: string) => Promise<void>;
  /** What Helm renders of the archive that was placed. */
  readonly rendered: () => Promise<string>;
}

function inWorld(helm: string, body: (world: World) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await tinyRepository(helm, folder, ["1.0.0", "1.1.0"]);
    const [server, api] = [await serveCharts(folder), await fakeApi(folder)];
    const [infos, warnings]: [string[], string[]] = [[], []];
    const provide = (state: NeededChart["state"], version = "1.0.0") =>
      provideCharts([{ release: "tiny", chart: "tiny", version, repositories: [server.url], state }], {
        stack: "dev701",
        folder,
        connected: connectOnce({ kubeconfig: api.kubeconfig }),
        info: (line) => infos.push(line),
        warn: (line) => warnings.push(line),
        helm: () => Promise.resolve(helm),
      });
    const rendered = () => mustRun(helm, ["template", "x", join(folder, path)], { seconds: 60 });
    try {
      await withCache((cache) => body({ folder, cache, server, api, infos, warnings, provide, rendered }));
    } finally {
      await server.stop();
      await api.stop();
    }
  });
}

async function refusal(work: Promise<void>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // The one kind that Pulumi prints without a stack trace.
  assert.ok(RunError.isInstance(error));
  return error.message;
}

describe("charts in the program's folder", () => {
  itNeeds(["helm"], "come from the repository once; after that nobody is asked and nothing is said", ({ helm }) =>
    inWorld(helm, async ({ folder, server, provide, infos, warnings }) => {
      await provide("other");
      assert.deepEqual(readFileSync(join(folder, path)), readFileSync(join(folder, "tiny-1.0.0.tgz")));
      assert.deepEqual(filesIn(join(folder, ".jam-istio")), ["charts/dev701/tiny-1.0.0.tgz"]);
      const asked = server.requests.length;
      infos.length = 0;
      server.misbehave = "hang";
      rmSync(join(folder, ".jam-istio"), { recursive: true });
      await provide("other");
      assert.ok(existsSync(join(folder, path)));
      assert.deepEqual([server.requests.length, infos, warnings], [asked, [], []]);
    }),
  );

  itNeeds(
    ["helm"],
    "a release that the state has: from Helm's newest record of that version, with a warning",
    ({ helm }) =>
      inWorld(helm, async ({ server, api, cache, provide, rendered, warnings }) => {
        server.misbehave = "error";
        api.records = [
          recorded("is: old", "1.0.0", 8),
          recorded("is: new", "1.0.0", 9),
          recorded("is: other", "1.1.0", 10),
        ];
        for (const state of ["held", "placed"] as const) {
          await provide(state);
          assert.match(await rendered(), /is: new/);
          assert.match(
            warnings.pop() ?? "",
            /^chart tiny 1\.0\.0 cannot be had: http:\S+ cannot be reached: HTTP 500\. The stack has it already: it is taken from Helm's record of release tiny/,
          );
        }
        assert.deepEqual(filesIn(cache), [], "the cache holds what repositories gave");
      }),
  );

  itNeeds(["helm"], "the real one takes the place of what stood for it, once it can be had", ({ helm }) =>
    inWorld(helm, async ({ server, api, provide, rendered, warnings }) => {
      server.misbehave = "error";
      await provide("placed");
      assert.match(
        warnings.pop() ?? "",
        /release tiny stays as it is; a change of it fails until the chart can be had/,
      );
      await assert.rejects(rendered(), /tiny-1\.0\.0\.tgz could not be had, so its release cannot be changed/);
      api.records = [recorded("is: recorded")];
      await provide("placed");
      assert.match(await rendered(), /is: recorded/);
      server.misbehave = "none";
      await provide("placed");
      assert.match(await rendered(), /name: tiny/);
    }),
  );

  itNeeds(["helm"], "a record that may not be read is said", ({ helm }) =>
    inWorld(helm, async ({ server, api, provide, warnings }) => {
      server.misbehave = "error";
      api.records = undefined;
      await provide("placed");
      assert.match(warnings.pop() ?? "", /Helm's record of release tiny cannot be read: not permitted \(HTTP 403\)\)$/);
    }),
  );

  for (const [title, state, records] of [
    ["a release that the state does not have", "other", [recorded("is: foreign")]],
    ["one from elsewhere, without a whole record", "held", []],
  ] as const) {
    itNeeds(["helm"], `${title}: refused in one text, and no archive stands there`, ({ helm }) =>
      inWorld(helm, async ({ folder, server, api, provide }) => {
        server.misbehave = "error";
        api.records = records;
        const text = await refusal(provide(state));
        assert.match(
          text,
          /^stack dev701: charts that it needs cannot be had; nothing was changed:\n {2}- tiny 1\.0\.0:\n/,
        );
        assert.match(text, /\n {4}http:\/\/127\.0\.0\.1:\d+ cannot be reached: HTTP 500\n/);
        assert.equal(
          /\n {4}Helm's record of release tiny does not hold the whole chart\n/.test(text),
          state === "held",
        );
        assert.match(text, /\nRun it again when/);
        assert.equal(existsSync(join(folder, ".jam-istio")), false);
      }),
    );
  }

  itNeeds(["helm"], "a version that no repository has", ({ helm }) =>
    inWorld(helm, async ({ provide }) => {
      assert.match(await refusal(provide("other", "1.1.7")), / does not have version 1\.1\.7 \(it has 1\.1\.0\)\n/);
    }),
  );

  itNeeds(["helm"], "many runs of one stack at once: each finds a whole archive", ({ helm }) =>
    inWorld(helm, async ({ folder, provide }) => {
      await Promise.all(Array.from({ length: 5 }, () => provide("other")));
      assert.deepEqual(filesIn(join(folder, ".jam-istio")), ["charts/dev701/tiny-1.0.0.tgz"]);
      writeFileSync(join(folder, path), "half");
      await provide("other");
      assert.deepEqual(readFileSync(join(folder, path)), readFileSync(join(folder, "tiny-1.0.0.tgz")));
    }),
  );
});
