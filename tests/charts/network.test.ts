/** Charts from servers of a private authority behind a proxy, with real Helm. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadChart } from "../../charts/load";
import { serveCharts } from "../support/chartServer";
import { useEnv } from "../support/environment";
import { startProxy } from "../support/network/forwardProxy";
import { itNeeds } from "../support/machine";
import { serveOci } from "../support/ociRegistry";
import { certificateFor } from "../support/network/tls";
import { inFolder, tinyRepository, withCache } from "../support/tinyCharts";

const host = "charts.example";

describe("charts in a company's network", () => {
  useEnv(() => ({ NO_PROXY: "" }));

  for (const [kind, serve, repository] of [
    ["a repository", serveCharts, `https://${host}`],
    ["an OCI registry", serveOci, `oci://${host}/charts`],
  ] as const)
    itNeeds(["helm"], `${kind}: through the proxy, with the authority that only NODE_EXTRA_CA_CERTS has`, ({ helm }) =>
      inFolder((folder) =>
        withCache(async () => {
          await tinyRepository(helm, folder, ["1.0.0"]);
          const made = await certificateFor(host);
          const server = await serve(folder, made);
          const proxy = await startProxy({ [host]: new URL(server.url.replace(/^oci/, "https")).port });
          const load = () =>
            loadChart(
              { chart: "tiny", version: "1.0.0", repositories: [repository] },
              { helm: () => Promise.resolve(helm), progress: () => undefined },
            );
          try {
            const authorities = join(folder, "company.pem");
            writeFileSync(authorities, made.cert);
            Object.assign(process.env, { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: "" });
            await assert.rejects(load(), /charts\.example\S* cannot be reached: tls: .*unknown authority/);
            process.env["NODE_EXTRA_CA_CERTS"] = authorities;
            assert.match(await load(), /\/tiny-1\.0\.0\.tgz$/);
            assert.deepEqual([...new Set(proxy.asked)], [`CONNECT ${host}:443`]);
          } finally {
            await proxy.stop();
            await server.stop();
          }
        }),
      ),
    );
});
