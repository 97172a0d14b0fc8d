/** Keys in the values that a chart does not know, asked of Istio's real charts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { repositoryUnder } from "../../charts/load";
import { provideCharts } from "../../charts/provide";
import { valueWarnings } from "../../charts/valueWarnings";
import { neededCharts } from "../../components/state/neededCharts";
import { emptyState } from "../../components/state/stackState";
import { archiveName } from "../../mesh/install/chartSources";
import { inOrder, planReleases, type Values } from "../../mesh/install/helmReleases";
import { meshPlan } from "../../mesh/meshPlan";
import { render } from "../../render/render";
import { itNeeds } from "../support/machine";
import { settingsOf } from "../support/settings";
import { inFolder } from "../support/tinyCharts";

const on = { enabled: true };

/** What is said of the values of a stack, by all its charts. */
async function said(mirror: string, istio: Record<string, unknown>): Promise<readonly string[]> {
  const settings = settingsOf({ istio, kiali: { enabled: String(istio["version"]).startsWith("1.4") } });
  const warnings = inOrder(planReleases(settings)).map((plan) => {
    return valueWarnings(join(repositoryUnder(mirror, plan, settings.layout), archiveName(plan)), plan);
  });
  return (await Promise.all(warnings)).flat();
}

const resources = { requests: { cpu: "1" }, limits: { memory: "1Gi" } };
const spread = { topologySpreadConstraints: [{}], affinity: { nodeAffinity: {} }, nodeSelector: { a: "b" }, resources };
const marked = { podAnnotations: { "example.com/a": "b" }, podLabels: { a: "b" } };

/** Values that people have, with a key of their own where a chart takes any. */
const classicValues: Values = {
  global: {
    proxy: { accessLogFile: "/dev/stdout", resources },
    mtls: { enabled: true },
    outboundTrafficPolicy: { mode: "ALLOW_ANY" },
    // Only the chart gateways inside reads it.
    istioNamespace: "istio-system",
  },
  pilot: { traceSampling: 5, autoscaleMin: 2, env: { A: "b" }, resources, nodeSelector: { a: "b" } },
  gateways: { enabled: false, "istio-mygateway": { enabled: true } },
  kiali: { tag: "v1.9", dashboard: { viewOnlyMode: true }, contextPath: "/k" },
  tracing: { enabled: true, provider: "jaeger" },
  grafana: { enabled: true, persist: false },
  prometheus: { retention: "6h" },
  mixer: { telemetry: { enabled: false }, policy: { enabled: false } },
  sidecarInjectorWebhook: { rewriteAppHTTPProbe: true },
};
const modernValues: Values = {
  profile: "default",
  global: { proxy: { resources }, platform: "gke", anything: 1 },
  meshConfig: { accessLogFile: "/dev/stdout", enableTracing: true, extensionProviders: [] },
  pilot: { traceSampling: 5, autoscaleMin: 2, env: { A: "b" }, ...spread, ...marked },
  telemetry: { enabled: false },
  sidecarInjectorWebhook: { templates: { own: "" }, rewriteAppHTTPProbe: false },
};
const cni = {
  ...on,
  values: { cniBinDir: "/a", env: { A: "b" }, repair: { deletePods: true }, global: { logAsJson: true } },
};
const ztunnel = { ...on, values: { logLevel: "debug", resources, meshConfig: { defaultConfig: {} }, ...marked } };
const gateway = {
  ...on,
  values: {
    service: { type: "ClusterIP", loadBalancerClass: "x" },
    autoscaling: { minReplicas: 2 },
    serviceAccount: { create: false },
    labels: { a: "b" },
    ...spread,
    podAnnotations: { a: "b" },
  },
};

describe("keys in the values that a chart does not know", () => {
  for (const version of ["1.3.8", "1.4.6", "1.5.10"])
    itNeeds(
      ["mirror"],
      `${version}: nothing is said of the program's own values, and of those that people have`,
      async ({ mirror }) => {
        assert.deepEqual(await said(mirror, { version, allow: ["end-of-life"], values: classicValues }), []);
      },
    );
  for (const version of ["1.23.6", "1.24.6", "1.27.9", "1.28.10", "1.29.6", "1.30.3"])
    itNeeds(
      ["mirror"],
      `${version}: nothing is said of the program's own values, and of those that people have`,
      async ({ mirror }) => {
        const old =
          version === "1.23.6"
            ? { cni: { ...on, values: { cni: { cniBinDir: "/a", repair: { deletePods: true } } } } }
            : { cni, ztunnel };
        const parts = version.startsWith("1.2") && version < "1.27" ? old : { cni, ztunnel, gateway };
        assert.deepEqual(await said(mirror, { version, allow: ["end-of-life"], values: modernValues, ...parts }), []);
      },
    );

  itNeeds(["mirror"], "classic: the nearest is named, at the top and one level below", async ({ mirror }) => {
    const values = { gatways: { enabled: true }, kiali: { enabeld: false }, pilot: { tracesampling: 5 } };
    assert.deepEqual(await said(mirror, { version: "1.4.6", values }), [
      'istio.values.kiali: chart istio has no value "enabeld", so it has no effect; the nearest that it has is "enabled"',
      'istio.values: chart istio has no value "gatways", so it has no effect; the nearest that it has is "gateways"',
      'istio.values.pilot: chart istio has no value "tracesampling", so it has no effect; the nearest that it has is "traceSampling"',
    ]);
  });

  itNeeds(["mirror"], "modern: in each chart", async ({ mirror }) => {
    const istio = {
      version: "1.30.3",
      values: { meshconfig: {} },
      cni: { ...on, values: { repair: { deletePod: true } } },
      ztunnel: { ...on, values: { loglevel: "debug" } },
      gateway: { ...on, values: { autoscaling: { minReplica: 2 } } },
    };
    assert.deepEqual(await said(mirror, istio), [
      'istio.values: chart istiod has no value "meshconfig", so it has no effect; the nearest that it has is "meshConfig"',
      'istio.cni.values.repair: chart cni has no value "deletePod", so it has no effect; the nearest that it has is "deletePods"',
      'istio.ztunnel.values: chart ztunnel has no value "loglevel", so it has no effect; the nearest that it has is "logLevel"',
      'istio.gateway.values.autoscaling: chart gateway has no value "minReplica", so it has no effect; the nearest that it has is "minReplicas"',
    ]);
  });

  const misspelled = settingsOf({ istio: { version: "1.4.6", values: { gatways: { enabled: true } } } });
  const line =
    'istio.values: chart istio has no value "gatways", so it has no effect; the nearest that it has is "gateways"';

  itNeeds(["mirror", "helm"], "render says it, and renders", async ({ mirror }) => {
    const lines: string[] = [];
    const rendered = await render(meshPlan(misspelled), mirror, (text) => lines.push(text));
    assert.ok(lines.includes(`warning: ${line}`), lines.join("\n"));
    assert.ok(rendered.every((one) => one.kind === "object" || one.release.objects !== undefined));
  });

  itNeeds(["mirror"], "up and preview say it once the charts are there", ({ mirror }) =>
    inFolder(async (folder) => {
      const warnings: string[] = [];
      const charts = neededCharts(meshPlan(misspelled), emptyState, []).map((needed) => ({
        ...needed,
        repositories: [repositoryUnder(mirror, needed, "classic")],
      }));
      await provideCharts(charts, {
        ...{ stack: "dev701", folder, info: () => undefined, warn: (text) => warnings.push(text) },
        connected: () => Promise.reject(new Error("no cluster is needed")),
      });
      assert.deepEqual(warnings, [line]);
    }),
  );
});
