import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { rollbackRelease } from "../../../cluster/upgrade/rollbackRelease";
import { connect, type Cluster } from "../../../cluster/client/kubernetesClient";
import type { Failure } from "../../../mesh/upgrade/wayBack";
import { dies, list, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { chartOf, helmSecret, paths, pod } from "../support/objects";

// Helm is a stand-in that writes down how it is called. That a real one rolls a control plane back is shown by
// tests/e2e/unfinished.test.ts. Which revision it goes back to is tests/mesh/upgrade/wayBack.test.ts.

const { secrets } = paths;
const pods = "GET /api/v1/pods";
const unfit: Failure = { release: "istiod", what: "unfit", version: "1.30.3" };
const upgrade: Failure = { release: "istiod", what: "upgrade", known: 2, errors: [] };
const rollBack = (cluster: Cluster, failure: Failure = upgrade) =>
  rollbackRelease(cluster, { failure, revision: "default", timeoutSeconds: 300 });
const sidecar = (name: string, version: string) =>
  pod(name, { images: { "istio-proxy": `docker.io/istio/proxyv2:${version}` } });
const record = (revision: number, status: string, version: string) =>
  helmSecret(revision, { status, chart: chartOf(version) });
const failed = (why: string) =>
  `release istiod could not be rolled back (${why}); set istio.version to the one before and run up`;

describe("the rollback of a release", () => {
  const api = useApi();
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-rollback-"));
  const calls = join(folder, "calls");
  const path = process.env["PATH"] ?? "";
  const helm = (ends: string) => {
    const version = `if [ "$1" = version ]; then printf v3.20.2; exit; fi`;
    writeFileSync(join(folder, "helm"), `#!/bin/sh\n${version}\necho "$@" >> ${calls}\n${ends}\n`);
    chmodSync(join(folder, "helm"), 0o755);
  };
  const called = () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []);

  before(() => (process.env["PATH"] = `${folder}${delimiter}${path}`));
  beforeEach(() => {
    rmSync(calls, { force: true });
    helm("exit 0");
  });
  after(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  const upgraded = [
    record(1, "superseded", "1.28.10"),
    record(2, "superseded", "1.29.1"),
    record(3, "failed", "1.30.3"),
  ];
  const old = list(sidecar("web", "1.29.1"));

  it("leads to the last revision that was deployed, waits, and goes where the records are", async () => {
    api.answers = { [`GET ${secrets}`]: list(...upgraded), [pods]: old };
    const text = await rollBack(api.cluster);
    assert.equal(text, "release istiod was rolled back as a whole to revision 2 (1.29.1)");
    assert.deepEqual(api.asked, [`GET ${secrets}?labelSelector=owner=helm,name=istiod`, `${pods}?limit=500&continue=`]);
    assert.deepEqual(called(), [
      `rollback istiod 2 --namespace istio-system --wait --timeout 300s --kubeconfig ${api.kubeconfig}`,
    ]);
  });

  it("names the context that was asked for", async () => {
    api.answers = { [`GET ${secrets}`]: list(...upgraded), [pods]: old };
    await rollBack(await connect({ kubeconfig: api.kubeconfig, context: "fake" }));
    assert.match(called()[0] ?? "", / --kubeconfig \S+ --kube-context fake$/);
  });

  it("of one that got ready and is unfit leads past every revision of its version", async () => {
    const records = [...upgraded.slice(0, 2), record(3, "superseded", "1.30.3"), record(4, "deployed", "1.30.3")];
    api.answers = { [`GET ${secrets}`]: list(...records), [pods]: old };
    assert.equal(
      await rollBack(api.cluster, unfit),
      "release istiod was rolled back as a whole to revision 2 (1.29.1)",
    );
  });

  it("where Helm failed before it made a revision, what runs stays", async () => {
    api.answers = { [`GET ${secrets}`]: list(record(1, "superseded", "1.28.10"), record(2, "deployed", "1.29.1")) };
    const text = await rollBack(api.cluster);
    const why =
      "Helm made no revision in this upgrade, so what runs was not touched (its revision 2, 1.29.1, is deployed)";
    assert.deepEqual([text, called()], [`release istiod was not rolled back: ${why}`, []]);
  });

  const stays = (why: string) =>
    `release istiod was not rolled back to revision 2 (1.29.1): ${why}. A control plane below its proxies is not supported. ` +
    "To go on: fix what failed, then run up again. To go back: set istio.version to 1.29.1 and run up, which moves the " +
    "control plane and then the sidecars";

  for (const failure of [upgrade, unfit]) {
    it(`after what=${failure.what} it does not go below proxies that are newer already`, async () => {
      const records = failure === unfit ? [...upgraded.slice(0, 2), record(3, "deployed", "1.30.3")] : upgraded;
      const found = list(sidecar("web", "1.29.1"), sidecar("ps", "1.30.3"), sidecar("db", "1.30.3"));
      api.answers = { [`GET ${secrets}`]: list(...records), [pods]: found };
      const why =
        "proxies are newer than 1.29.1, or their version cannot be read: dev701/db: 1.30.3 (1 proxies), dev701/ps: 1.30.3 (1 proxies)";
      assert.deepEqual([await rollBack(api.cluster, failure), called()], [stays(why), []]);
    });
  }

  it("does not go back where the proxies may not be counted", async () => {
    api.answers = { [`GET ${secrets}`]: list(...upgraded), [pods]: 403 };
    const why = "not permitted to list the pods of all namespaces, so nobody knows whether proxies are newer already";
    assert.deepEqual([await rollBack(api.cluster), called()], [stays(why), []]);
  });

  for (const [name, records] of [
    ["the Secrets are no records", [{ metadata: { name: "a" } }, { metadata: { name: "b" } }]],
    ["there is no record", []],
  ] as const) {
    it(`where ${name}, Helm is not called`, async () => {
      api.answers = { [`GET ${secrets}`]: list(...records) };
      const text = await rollBack(api.cluster);
      assert.deepEqual([text, called()], ["release istiod was not rolled back: it has no record of Helm's", []]);
    });
  }

  it("says what Helm says where it fails", async () => {
    api.answers = { [`GET ${secrets}`]: list(...upgraded), [pods]: old };
    helm(`echo 'some warning' >&2; echo 'Error: timed out waiting for the condition' >&2; exit 1`);
    assert.equal(await rollBack(api.cluster), failed("timed out waiting for the condition"));
  });

  it("says what the API server says where it shows no records", async () => {
    const reasons: string[] = [];
    for (const answer of [403, 409, 500]) {
      api.answers = { [`GET ${secrets}`]: answer };
      reasons.push(await rollBack(api.cluster));
    }
    assert.deepEqual(reasons, ["not permitted (HTTP 403)", "HTTP 409", "HTTP 500"].map(failed));
    api.answers = { [`GET ${secrets}`]: dies };
    assert.match(await rollBack(api.cluster), /could not be rolled back \(.*socket hang up\)/);
    assert.deepEqual(called(), []);
  });

  describe("by a server that is silent", () => {
    const clock = useClock();
    it("is given up", async () => {
      api.answers = { [`GET ${secrets}`]: clock.silentFor(30) };
      assert.equal(await rollBack(api.cluster), failed("the Kubernetes API: no answer within 30 s"));
    });
  });
});
