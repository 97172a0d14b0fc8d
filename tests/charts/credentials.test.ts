/** Charts behind a login, with real Helm and servers on loopback that count who was sent what. */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { ChartUnavailable, loadChart } from "../../charts/load";
import type { Credential } from "../../charts/credentials";
import { serveCharts, type ChartServer } from "../support/chartServer";
import { itNeeds } from "../support/machine";
import { serveOci, type OciRegistry } from "../support/ociRegistry";
import { filesIn, inFolder, tinyRepository, withCache } from "../support/tinyCharts";

const password = "p:ä55-of-jam";
const token = "t0ken-of-jam";
const basic = `Basic ${Buffer.from(`jam:${password}`).toString("base64")}`;
const bearer = `Bearer ${token}`;
const ways = [
  ["user and password", { username: "jam", password }, basic],
  ["a token", { token }, bearer],
] as const;
const secrets = [password, token, basic.slice("Basic ".length)];

interface World {
  readonly folder: string;
  readonly server: ChartServer;
  readonly other: ChartServer;
  readonly oci: OciRegistry;
  readonly load: (repository: string, credentials: readonly Credential[], version?: string) => Promise<string>;
  /** Why it was not loaded, and that nothing of it is a secret. */
  readonly whyNot: World["load"];
}

/** tiny 1.0.0 in two repositories and a registry. */
function inWorld(helm: string, body: (world: World) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await tinyRepository(helm, folder, ["1.0.0"]);
    const [server, other, oci] = [await serveCharts(folder), await serveCharts(folder), await serveOci(folder)];
    const said: string[] = [];
    const load = (repository: string, credentials: readonly Credential[], version = "1.0.0") =>
      loadChart(
        { chart: "tiny", version, repositories: [repository] },
        { helm: () => Promise.resolve(helm), progress: (line) => said.push(line), credentials },
      );
    const whyNot: World["load"] = async (...args) => {
      const error: unknown = await load(...args).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof ChartUnavailable);
      const all = `${inspect(error, { depth: 9 })}\n${said.join("\n")}`;
      for (const secret of secrets) assert.ok(!all.includes(secret), all);
      return error.message;
    };
    try {
      await withCache(() => body({ folder, server, other, oci, load, whyNot }));
    } finally {
      for (const one of [server, other, oci]) await one.stop();
    }
  });
}

const hostOf = (url: string) => new URL(url).host;
const here = (credential: object, url: string): readonly Credential[] => [{ host: hostOf(url), ...credential }];

describe("charts behind a login", () => {
  for (const [way, credential, wanted] of ways) {
    itNeeds(["helm"], `a repository, ${way}: 401 without, the chart with it`, ({ helm }) =>
      inWorld(helm, async ({ folder, server, load, whyNot }) => {
        server.wants = wanted;
        const host = hostOf(server.url);
        assert.match(
          await whyNot(server.url, []),
          new RegExp(
            ` cannot be reached: HTTP 401; there are no credentials for ${host} in jam-istio:chartCredentials \\(without Pulumi, as in render, JAM_ISTIO_CHART_CREDENTIALS\\)$`,
          ),
        );
        const wrong = here({ username: "jam", password: `${password}-of-yesterday` }, server.url);
        assert.match(
          await whyNot(server.url, wrong),
          new RegExp(` HTTP 401; it does not take the credentials for ${host} in jam-istio:chartCredentials `),
        );
        const path = await load(`${server.url}/`, here(credential, server.url));
        assert.deepEqual(readFileSync(path), readFileSync(join(folder, "tiny-1.0.0.tgz")));
      }),
    );

    itNeeds(["helm"], `an OCI registry, ${way}: 401 without, the chart with it`, ({ helm }) =>
      inWorld(helm, async ({ folder, oci, load, whyNot }) => {
        oci.wants = wanted;
        const host = hostOf(oci.url);
        assert.match(
          await whyNot(oci.url, []),
          new RegExp(` HTTP 401; there are no credentials for ${host} in jam-istio:chartCredentials `),
        );
        assert.match(
          await whyNot(oci.url, here({ username: "jam", password: "wrong" }, oci.url)),
          new RegExp(` HTTP 401; it does not take the credentials for ${host} in `),
        );
        const path = await load(oci.url, here(credential, oci.url));
        assert.deepEqual(readFileSync(path), readFileSync(join(folder, "tiny-1.0.0.tgz")));
        assert.match(
          await whyNot(oci.url, here(credential, oci.url), "1.0.9"),
          / does not have version 1\.0\.9 \(it has 1\.0\.0\)$/,
        );
      }),
    );
  }

  itNeeds(["helm"], "an OCI registry whose token server takes user and password, as most do", ({ helm }) =>
    inWorld(helm, async ({ oci, load, whyNot }) => {
      Object.assign(oci, { wants: bearer, login: basic });
      assert.match(
        await whyNot(oci.url, here({ username: "jam", password: "wrong" }, oci.url)),
        /HTTP 401; it does not/,
      );
      await load(oci.url, here({ username: "jam", password }, oci.url));
    }),
  );

  itNeeds(["helm"], "another host is never sent them: not by a redirect, not for a chart that lies there", ({ helm }) =>
    inWorld(helm, async ({ folder, server, other, load }) => {
      server.wants = basic;
      const credentials = here({ username: "jam", password }, server.url);
      for (const url of [other.url, other.url.replace("127.0.0.1", "localhost")]) {
        server.redirects = url;
        other.wants = basic;
        await withCache(() => assert.rejects(load(server.url, credentials), /HTTP 401/));
        delete other.wants;
        await withCache(() => load(server.url, credentials));
      }
      delete server.redirects;
      const index = join(folder, "index.yaml");
      writeFileSync(index, readFileSync(index, "utf8").replace("- tiny-1.0.0.tgz", `- ${other.url}/tiny-1.0.0.tgz`));
      await load(server.url, credentials);
      assert.ok(other.requests.includes("/tiny-1.0.0.tgz"));
      assert.deepEqual(other.authorizations, []);
      assert.equal(server.authorizations.length, 7);
    }),
  );

  itNeeds(["helm"], "nor where a registry sends Helm to another host for the chart", ({ helm }) =>
    inWorld(helm, async ({ folder, oci, load }) => {
      const storage = await serveOci(folder);
      try {
        oci.wants = basic;
        oci.redirects = storage.url.replace(/^oci:\/\/127\.0\.0\.1(:\d+).*/, "http://localhost$1");
        await load(oci.url, here({ username: "jam", password }, oci.url));
        assert.ok(storage.requests.some((request) => request.includes("/blobs/")));
        assert.deepEqual(storage.authorizations, []);
      } finally {
        await storage.stop();
      }
    }),
  );

  itNeeds(["helm"], "those of one host are for no other, and none is asked with them", ({ helm }) =>
    inWorld(helm, async ({ server, other, whyNot }) => {
      server.wants = basic;
      await whyNot(server.url, here({ username: "jam", password }, other.url));
      assert.deepEqual(server.authorizations, []);
    }),
  );

  itNeeds(["helm"], "what is no index of charts, and what is not there, is said in one line", ({ helm }) =>
    inWorld(helm, async ({ folder, server, whyNot }) => {
      const credentials = here({ token }, server.url);
      writeFileSync(join(folder, "index.yaml"), "<html>log in</html>");
      assert.match(
        await whyNot(server.url, credentials),
        / sent no index of charts: is it the repository's own URL\?$/,
      );
      assert.match(await whyNot(`${server.url}/no`, credentials), / cannot be reached: HTTP 404$/);
      const gone = server.url;
      await server.stop();
      assert.match(await whyNot(gone, credentials), / cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
    }),
  );

  itNeeds(["helm"], "Helm reads a registry's login in a file for this user alone, gone afterwards", ({ helm }) =>
    inWorld(helm, async ({ folder, oci, whyNot, load }) => {
      oci.wants = basic;
      // Stands before Helm and writes down what a neighbour's ps would show, and the file's rights.
      const spy = join(folder, "spy");
      const log = join(folder, "log");
      writeFileSync(
        spy,
        `#!/bin/sh\necho "$@" >> ${log}\nfor a; do case $a in */registry.json) ls -l $a >> ${log};; esac; done\nexec ${helm} "$@"\n`,
      );
      chmodSync(spy, 0o755);
      const credentials = here({ username: "jam", password }, oci.url);
      const folders = () => readdirSync(tmpdir()).filter((name) => /^jam-istio-[^-]+$/.test(name));
      const before = folders();
      const source = { chart: "tiny", version: "1.0.0", repositories: [oci.url] };
      await loadChart(source, { helm: () => Promise.resolve(spy), progress: () => undefined, credentials });
      const seen = readFileSync(log, "utf8");
      assert.match(seen, /--registry-config \S+registry\.json\n-rw------- /);
      for (const secret of secrets) assert.ok(!seen.includes(secret));
      await withCache(() => whyNot(oci.url, here({ token }, oci.url)));
      assert.deepEqual(
        folders().filter((name) => !before.includes(name)),
        [],
      );
      await withCache(async (cache) => {
        await load(oci.url, credentials);
        assert.equal(filesIn(cache).length, 1);
      });
    }),
  );
});
