import type * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterUnreachable, unlessInternal } from "../../../cluster/client/errors";
import { bounded, connect, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { provider as faultGate } from "../../../components/gates/providers/faultGate";
import { provider as rollout } from "../../../components/gates/providers/sidecarRollout";
import { provider as upgradeGate } from "../../../components/gates/providers/upgradeGate";
import { resolveDrill } from "../../../components/state/resolveDrill";
import { retainedControlPlanes } from "../../../components/state/retainedControlPlanes";
import { emptyState } from "../../../components/state/stackState";
import { meshPlan } from "../../../mesh/meshPlan";
import { settingsOf } from "../../support/settings";

// A bug is put into each place that goes on without a cluster: what it is handed lacks a part. None may take that for a
// cluster that does not answer. The engine that shows the message is not part of it.

const internal = /^internal error in jam-istio; nothing was judged: TypeError: [^]*\n +at /;
const check = (provider: pulumi.dynamic.ResourceProvider, inputs: object) =>
  provider.check?.({}, inputs) ?? assert.fail();

describe("a bug in what reads the cluster", () => {
  const broken = () => connect(undefined as unknown as ClusterAddress);

  it("fails the gate's check", async () => {
    await assert.rejects(check(upgradeGate, { desired: { version: "1.30.3" }, remembered: { recorded: "1.30.3" } }), {
      message: internal,
    });
  });

  it("fails the rollout's check", async () => {
    await assert.rejects(check(rollout, { namespaces: [] }), { message: internal });
  });

  it("fails the faults' check", async () => {
    await assert.rejects(check(faultGate, { state: "on", namespace: "dev701" }), { message: internal });
  });

  it("fails the reading of a drill", async () => {
    const faults = [{ type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true }];
    const plan = meshPlan(settingsOf({ istio: { version: "1.30.3" }, faultInjection: { enabled: true, faults } }));
    await assert.rejects(resolveDrill(plan, emptyState, broken), { message: internal });
  });

  it("fails the reading of control planes that are kept", async () => {
    const plan = meshPlan(settingsOf({ istio: { version: "1.30.3", revision: "new" } }));
    const releases = [{ name: "istiod", revision: 1, args: { chart: "istiod" } }];
    await assert.rejects(retainedControlPlanes(plan, { ...emptyState, releases }, broken), { message: internal });
  });
});

describe("a cluster that gives no answer", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-unreachable-"));
  const kubeconfig = join(folder, "kubeconfig");
  const point = (server: string) => {
    const contexts = [{ name: "a", context: { cluster: "a", user: "a" } }];
    const clusters = [{ name: "a", cluster: { server, "insecure-skip-tls-verify": true } }];
    writeFileSync(
      kubeconfig,
      JSON.stringify({ "current-context": "a", contexts, clusters, users: [{ name: "a", user: {} }] }),
    );
    return connect({ kubeconfig });
  };
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is told by its type: no kubeconfig, nobody there, too late", async () => {
    await assert.rejects(connect({ kubeconfig: join(folder, "none") }), ClusterUnreachable);
    const cluster = await point("http://127.0.0.1:1");
    await assert.rejects(cluster.core.listNamespace(), ClusterUnreachable);
    await assert.rejects(bounded("it", 0.01, new Promise(() => undefined)), ClusterUnreachable);
  });

  it("is passed over, and so is a refusal; nothing else is", async () => {
    const server = createServer((_, response) => response.writeHead(403).end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const cluster = await point(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    const refusal: unknown = await cluster.core.listNamespace().catch((error: unknown) => error);
    server.close();
    assert.equal((refusal as { readonly code?: unknown }).code, 403);
    unlessInternal(refusal);
    unlessInternal(new ClusterUnreachable("no answer"));
    for (const bug of [new TypeError("x"), new Error("x"), "x"])
      assert.throws(() => {
        unlessInternal(bug);
      }, /^Error: internal error in jam-istio/);
  });
});
