/** `render` of a stack whose charts are behind a login: without Pulumi the credentials come from the environment. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveCharts } from "../support/chartServer";
import { jamIstio } from "../support/command";
import { itNeeds } from "../support/machine";
import { filesIn, inFolder, withCache } from "../support/tinyCharts";

const token = "t0ken-of-jam";

describe("jam-istio render, charts behind a login", () => {
  itNeeds(
    ["mirror", "helm"],
    "with the variable all is there, and nothing that is written has the token",
    ({ mirror }) =>
      inFolder((out) =>
        withCache(async () => {
          const server = await serveCharts(mirror);
          server.wants = `Bearer ${token}`;
          const { host } = new URL(server.url);
          const render = (given: string) =>
            jamIstio(["render", "local700", "--json", "--out", out, "--charts", server.url], {
              JAM_ISTIO_CHART_CREDENTIALS: given,
            });
          try {
            const without = await render("");
            assert.equal(without.code, 3);
            const hint = `HTTP 401; there are no credentials for ${host} in jam-istio:chartCredentials (without Pulumi, as in render, JAM_ISTIO_CHART_CREDENTIALS)`;
            assert.ok(without.stdout.includes(hint), without.stdout);
            const { code, stdout, stderr } = await render(JSON.stringify([{ host, token }]));
            assert.equal(code, 0, stderr);
            const files = filesIn(out).map((file) => readFileSync(join(out, file), "utf8"));
            for (const text of [stdout, stderr, ...files]) assert.ok(!text.includes(token), text);
            const wrong = await render(token);
            assert.equal(wrong.code, 1);
            assert.match(
              wrong.stderr,
              /\n {2}- JAM_ISTIO_CHART_CREDENTIALS: its value is not allowed\. Allowed: a list /,
            );
            assert.ok(!wrong.stderr.includes(token));
          } finally {
            await server.stop();
          }
        }),
      ),
  );
});
