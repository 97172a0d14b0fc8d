import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterUnreachable } from "../../../cluster/client/errors";
import { connect, connectOnce, type Cluster } from "../../../cluster/client/kubernetesClient";
import { useClock } from "../support/clock";
import { fakeApi, type FakeApi } from "../../support/fakeApi";

// The plugin is a stand-in for `aws eks get-token`; the API server answers a few paths. What EKS itself does is not shown.

const credential = {
  apiVersion: "client.authentication.k8s.io/v1beta1",
  kind: "ExecCredential",
  status: { token: "given-by-the-plugin", expirationTimestamp: "2999-01-01T00:00:00Z" },
};

describe("a connection whose credentials come from a plugin", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-plugin-"));
  const kubeconfig = join(folder, "with-plugin");
  const [plugin, runs] = [join(folder, "get-token"), join(folder, "runs")];
  const runCount = () => readFileSync(runs, "utf8").length;
  let api: FakeApi;

  const write = (script: string) => {
    writeFileSync(plugin, `#!/bin/sh\nprintf x >> ${runs}\n${script}\n`);
    chmodSync(plugin, 0o755);
  };
  /** Plugins' credentials are kept by the user's name for the whole process. */
  const point = (user: string) => {
    const config = JSON.parse(readFileSync(api.kubeconfig, "utf8")) as { contexts: object[]; users: object[] };
    const exec = { apiVersion: credential.apiVersion, command: plugin, interactiveMode: "Never" };
    config.contexts = [{ name: "fake", context: { cluster: "fake", user } }];
    config.users = [{ name: user, user: { exec } }];
    writeFileSync(kubeconfig, JSON.stringify(config));
  };

  before(async () => (api = await fakeApi(folder)));
  beforeEach(() => {
    writeFileSync(runs, "");
  });
  after(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  const look = (cluster: Cluster) => Promise.all(Array.from({ length: 8 }, () => cluster.send("GET", "/version")));

  it("runs the plugin once for eight requests at the same time", async () => {
    write(`printf '%s' '${JSON.stringify(credential)}'`);
    point("one");
    await look(await connect({ kubeconfig }));
    assert.equal(runCount(), 1);
  });

  it("is opened once, however many ask for it, and not before", async () => {
    write(`printf '%s' '${JSON.stringify(credential)}'`);
    point("two");
    const connected = connectOnce({ kubeconfig });
    assert.equal(runCount(), 0);
    const clusters = await Promise.all([connected(), connected(), connected()]);
    assert.equal(new Set(clusters).size, 1);
    assert.equal(runCount(), 1);
  });

  it("a plugin that fails is a cluster that cannot be reached, with the plugin's own words", async () => {
    write("echo 'the SSO session has expired' >&2; exit 255");
    point("three");
    await assert.rejects(connect({ kubeconfig }), (error: unknown) => {
      assert.ok(error instanceof ClusterUnreachable);
      assert.match(error.message, /the SSO session has expired/);
      return true;
    });
  });

  describe("whose next run waits for a login", () => {
    const clock = useClock();
    it("fails what needs it, with the reason", async () => {
      const over = { ...credential, status: { ...credential.status, expirationTimestamp: "2020-01-01T00:00:00Z" } };
      // The second run waits as long as the file is there.
      write(
        `[ "$(wc -c < ${runs})" = 1 ] || while [ -s ${runs} ]; do sleep 0.1; done\nprintf '%s' '${JSON.stringify(over)}'`,
      );
      point("four");
      const cluster = await connect({ kubeconfig });
      const asked = cluster.send("GET", "/version");
      const refused = assert.rejects(asked, /plugin of the kubeconfig for credentials: no answer within 120 s$/);
      clock.pass(120);
      await refused;
    });
  });

  it("a kubeconfig that is not there is said by its name", async () => {
    await assert.rejects(
      connect({ kubeconfig: "/no/such/kubeconfig" }),
      /^Error: there is no kubeconfig \/no\/such\/kubeconfig$/,
    );
  });
});
