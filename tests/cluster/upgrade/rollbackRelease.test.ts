import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { connect } from "../../../cluster/client/kubernetesClient";
import { rollbackRelease } from "../../../cluster/upgrade/rollbackRelease";
import { dies, list, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { chartOf, helmSecret, paths } from "../support/objects";

// Helm is a stand-in that writes down how it is called. That a real one rolls a control plane back is shown by
// tests/e2e/canary.test.ts and tests/e2e/upgrade.test.ts.

const { secrets } = paths;
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

  it("leads to the last revision that was deployed, waits, and goes where the records are", async () => {
    api.answers = { [`GET ${secrets}`]: list(...upgraded) };
    const text = await rollbackRelease(api.cluster, "istiod", 300);
    assert.equal(text, "release istiod was rolled back as a whole to revision 2 (1.29.1)");
    assert.deepEqual(api.asked, [`GET ${secrets}?labelSelector=owner=helm,name=istiod`]);
    assert.deepEqual(called(), [
      `rollback istiod 2 --namespace istio-system --wait --timeout 300s --kubeconfig ${api.kubeconfig}`,
    ]);
  });

  it("names the context that was asked for", async () => {
    api.answers = { [`GET ${secrets}`]: list(...upgraded) };
    await rollbackRelease(await connect({ kubeconfig: api.kubeconfig, context: "fake" }), "istiod", 300);
    assert.match(called()[0] ?? "", / --kubeconfig \S+ --kube-context fake$/);
  });

  for (const [name, records, unlike, revision] of [
    ["the records come in another order", [...upgraded].reverse(), undefined, "2 (1.29.1)"],
    ["a failed revision lies between", [record(4, "failed", "1.30.3"), ...upgraded], undefined, "2 (1.29.1)"],
    [
      "the newest is deployed, and unfit",
      [...upgraded.slice(0, 2), record(3, "deployed", "1.30.3")],
      "1.30.3",
      "2 (1.29.1)",
    ],
    ["a version is not to be taken", upgraded, "1.29.1", "1 (1.28.10)"],
    ["records of ten revisions are there", [...upgraded, record(10, "failed", "1.30.3")], undefined, "2 (1.29.1)"],
  ] as const) {
    it(`where ${name}, it leads to revision ${revision}`, async () => {
      api.answers = { [`GET ${secrets}`]: list(...records) };
      const text = await rollbackRelease(api.cluster, "istiod", 300, unlike);
      assert.equal(text, `release istiod was rolled back as a whole to revision ${revision}`);
      assert.match(called()[0] ?? "", new RegExp(`^rollback istiod ${revision[0] ?? ""} `));
    });
  }

  for (const [name, records, unlike] of [
    ["there is no record", [], undefined],
    ["there is one record", [record(1, "failed", "1.30.3")], undefined],
    ["none was ever deployed", [record(1, "failed", "1.30.3"), record(2, "pending-upgrade", "1.30.3")], undefined],
    ["all before have the version that is not to be taken", upgraded.slice(1), "1.29.1"],
    ["the Secrets are no records", [{ metadata: { name: "a" } }, { metadata: { name: "b" } }], undefined],
    [
      "the others are another release's",
      [helmSecret(1, { release: "istio" }), record(2, "failed", "1.30.3")],
      undefined,
    ],
  ] as const) {
    it(`where ${name}, Helm is not called`, async () => {
      api.answers = { [`GET ${secrets}`]: list(...records) };
      const text = await rollbackRelease(api.cluster, "istiod", 300, unlike);
      assert.deepEqual([text, called()], ["release istiod has no earlier revision to roll back to", []]);
    });
  }

  it("says what Helm says where it fails", async () => {
    api.answers = { [`GET ${secrets}`]: list(...upgraded) };
    helm(`echo 'some warning' >&2; echo 'Error: timed out waiting for the condition' >&2; exit 1`);
    assert.equal(await rollbackRelease(api.cluster, "istiod", 300), failed("timed out waiting for the condition"));
  });

  it("says what the API server says where it shows no records", async () => {
    const reasons: string[] = [];
    for (const answer of [403, 409, 500]) {
      api.answers = { [`GET ${secrets}`]: answer };
      reasons.push(await rollbackRelease(api.cluster, "istiod", 300));
    }
    assert.deepEqual(reasons, ["not permitted (HTTP 403)", "HTTP 409", "HTTP 500"].map(failed));
    api.answers = { [`GET ${secrets}`]: dies };
    assert.match(await rollbackRelease(api.cluster, "istiod", 300), /could not be rolled back \(.*socket hang up\)/);
    assert.deepEqual(called(), []);
  });

  describe("by a server that is silent", () => {
    const clock = useClock();
    it("is given up", async () => {
      api.answers = { [`GET ${secrets}`]: clock.silentFor(30) };
      const text = await rollbackRelease(api.cluster, "istiod", 300);
      assert.equal(text, failed("the Kubernetes API: no answer within 30 s"));
    });
  });
});
