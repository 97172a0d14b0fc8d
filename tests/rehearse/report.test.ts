import type { V1Pod } from "@kubernetes/client-node";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import assert from "node:assert/strict";
import pc from "picocolors";
import { countProxies } from "../../mesh/istio/proxies";
import { rehearsalConfig, rehearsalMinor } from "../../rehearse/config";
import { Readiness } from "../../rehearse/readiness";
import type { Phase } from "../../rehearse/rehearsal";
import { makeReport, reportText } from "../../rehearse/report";
import { Steps } from "../../rehearse/steps";
import { Timeline } from "../../rehearse/timeline";

const podOf = (uid: string, ready: boolean, app = "ps"): V1Pod => ({
  metadata: { uid, labels: { app } },
  status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

describe("what a rehearsal sees of workloads", () => {
  const psOf = (readiness: Readiness) => readiness.report().find(({ name }) => name === "ps");
  const two = () => {
    const readiness = new Readiness();
    for (const uid of ["a", "b"]) readiness.see("ADDED", podOf(uid, true));
    readiness.begin();
    return readiness;
  };

  it("nothing happened: no pod was recreated, all stayed ready", () => {
    assert.deepEqual(psOf(two()), { kind: "Deployment", name: "ps", replicas: 2, restarted: 0, leastReady: 2 });
  });

  it("one after the other: two recreated, one always ready", () => {
    const readiness = two();
    readiness.see("DELETED", podOf("a", true));
    readiness.see("ADDED", podOf("c", true));
    readiness.see("DELETED", podOf("b", true));
    readiness.see("ADDED", podOf("d", true));
    assert.deepEqual(psOf(readiness), { kind: "Deployment", name: "ps", replicas: 2, restarted: 2, leastReady: 1 });
  });

  it("a moment without a ready pod is seen, however short", () => {
    const readiness = two();
    readiness.see("MODIFIED", podOf("a", false));
    readiness.see("MODIFIED", podOf("b", false));
    readiness.see("MODIFIED", podOf("a", true));
    readiness.see("MODIFIED", podOf("b", true));
    assert.equal(psOf(readiness)?.leastReady, 0);
  });
});

describe("what a rehearsal sees of the cluster", () => {
  const deployment = (image: string, generation: number) => ({
    metadata: { name: "istiod", namespace: "istio-system", generation },
    spec: { template: { spec: { containers: [{ image }] } } },
  });

  it("tells of changes, not of status, and what one image became", () => {
    const timeline = new Timeline();
    timeline.see("ADDED", "Deployment", deployment("istio/pilot:1.28.10", 1));
    timeline.see("MODIFIED", "Deployment", deployment("istio/pilot:1.28.10", 1));
    timeline.see("ADDED", "Deployment", deployment("istio/pilot:1.28.10", 1));
    timeline.see("MODIFIED", "Deployment", deployment("istio/pilot:1.29.6", 2));
    assert.deepEqual(
      timeline.report().map(({ what }) => what),
      ["created, pilot:1.28.10", "pilot:1.28.10 -> pilot:1.29.6"],
    );
  });

  it("many of one kind are one line", () => {
    const timeline = new Timeline();
    for (const name of ["a", "b", "c"]) timeline.see("ADDED", "CustomResourceDefinition", { metadata: { name } });
    assert.deepEqual(
      timeline.report().map(({ name, what }) => [name, what]),
      [["3 of them", "created"]],
    );
  });

  it("counts proxies of both kinds", () => {
    const proxy = { name: "istio-proxy", image: "istio/proxyv2:1.30.3" };
    const old = { name: "istio-proxy", image: "istio/proxyv2:1.24.6" };
    const pods: V1Pod[] = [
      { spec: { containers: [{ name: "app" }], initContainers: [proxy] } },
      { spec: { containers: [{ name: "app" }, old] } },
      { spec: { containers: [{ name: "app" }] } },
    ];
    assert.deepEqual(countProxies(pods), { "1.30.3": 1, "1.24.6": 1 });
  });
});

describe("what a rehearsal takes from Pulumi", () => {
  const urn = "urn:pulumi:dev701::jam-istio::jam-istio:components:Istio$kubernetes:helm.sh/v3:Release::istio";
  const metadata = { op: "create", urn, type: "kubernetes:helm.sh/v3:Release" };
  const diagnostic = (severity: string, message: string) =>
    ({ diagnosticEvent: { severity, message, color: "never" } }) as unknown as EngineEvent;

  it("a step has its operation, kind, name and end", () => {
    const steps = new Steps();
    steps.see({ resourcePreEvent: { metadata } } as unknown as EngineEvent);
    steps.see({ resOutputsEvent: { metadata } } as unknown as EngineEvent);
    assert.deepEqual(
      steps.done.map(({ operation, resource, failed }) => [operation, resource, failed]),
      [["create", "Release istio", false]],
    );
  });

  it("debug lines, which hold secrets in clear, are never kept", () => {
    const steps = new Steps();
    steps.see(diagnostic("debug", "RegisterResource RPC finished: the secret value"));
    steps.see(diagnostic("info#err", "the secret value"));
    steps.see(diagnostic("warning", "<{%reset%}>past its end of life"));
    steps.see(diagnostic("error", "a:b:Gate resource 'upgrade-gate' has a problem: no"));
    assert.deepEqual([steps.notes, steps.errors], [["past its end of life"], ["no"]]);
  });
});

describe("the config of a rehearsal", () => {
  const raw = {
    values: {
      "jam-istio:istio": '{"version":"1.4.6"}',
      "jam-istio:kialiPassphrase": "[secret]",
      "jam-istio:namespace": "x",
    },
    secretKeys: ["jam-istio:kialiPassphrase"],
  };

  it("is the stack's own in another cluster, without secrets", () => {
    const made = rehearsalConfig(raw, { layout: "classic" }, { kubeconfig: "/k", version: "1.4.10" });
    assert.deepEqual(made, {
      "jam-istio:namespace": "x",
      "jam-istio:kubernetes": { kubeconfig: "/k" },
      "jam-istio:istio": { version: "1.4.10" },
    });
  });

  it("faults are left out: nothing of what they act on is there", () => {
    const values = { "jam-istio:istio": "{}", "jam-istio:faultInjection": '{"enabled":true}' };
    const made = rehearsalConfig(
      { values, secretKeys: [] },
      { layout: "classic" },
      { kubeconfig: "/k", version: "1.4.10" },
    );
    assert.equal("jam-istio:faultInjection" in made, false);
  });

  it("takes a chart mirror by its root", () => {
    const made = rehearsalConfig(raw, { layout: "modern" }, { kubeconfig: "/k", version: "1.30.3", charts: "/c/" });
    assert.deepEqual(made["jam-istio:istio"], { version: "1.30.3", chartRepository: "/c/istio-release/charts" });
    assert.deepEqual(made["jam-istio:kiali"], { chartRepository: "/c/kiali" });
  });

  for (const [versions, minor] of [
    [["1.4.6", "1.4.10"], "1.21"],
    [["1.28.10", "1.29.6"], "1.34"],
    [["1.30.3"], "1.34"],
    [["1.27.9", "1.28.10"], "1.33"],
    [["1.24.6"], "1.31"],
  ] as const) {
    it(`${versions.join(" to ")} is rehearsed on Kubernetes ${minor}`, () => {
      assert.equal(rehearsalMinor(versions), minor);
    });
  }
});

describe("the report of a rehearsal", () => {
  const phase: Phase = {
    ...{ name: "upgrade to 1.29.6", version: "1.29.6", succeeded: true, seconds: 7 },
    ...{ errors: [], notes: [], steps: [], cluster: [], workloads: [], proxies: { "1.29.6": 4 } },
  };
  const workload = { kind: "Deployment", name: "ps", replicas: 2, restarted: 2, leastReady: 1 };

  it("went through, with nothing to act on", () => {
    const report = makeReport("local700", "1.34", [{ ...phase, workloads: [workload] }]);
    assert.deepEqual([report.succeeded, report.findings], [true, []]);
    const text = reportText(report, pc.createColors(false));
    assert.match(text, /upgrade to 1\.29\.6: went through in 7\.0 s/);
    assert.match(text, /data plane: 1\.29\.6 \(4 proxies\)/);
  });

  it("a workload of several replicas without a ready pod fails it; one of a single replica is named", () => {
    const down = [
      { ...workload, leastReady: 0 },
      { ...workload, name: "single", replicas: 1, leastReady: 0 },
    ];
    const report = makeReport("local700", "1.34", [{ ...phase, workloads: down }]);
    assert.equal(report.succeeded, false);
    assert.match(report.findings.join("\n"), /Deployment ps had no ready pod for a moment, though it has 2 replicas/);
    assert.match(report.findings.join("\n"), /Deployment single .* one replica; two keep it up/);
    assert.equal(makeReport("local700", "1.34", [{ ...phase, workloads: down.slice(1) }]).succeeded, true);
  });

  it("a refusal is in the text with its reason, and proxies that were left behind are named", () => {
    const refused = { ...phase, succeeded: false, errors: ["one minor at a time"], proxies: { "1.27.9": 3 } };
    const report = makeReport("local700", "1.34", [refused]);
    assert.equal(report.succeeded, false);
    assert.match(reportText(report, pc.createColors(false)), /refused or failed\none minor at a time/);
    assert.match(report.findings.join("\n"), /3 proxies of 1\.27\.9 are left/);
  });
});
