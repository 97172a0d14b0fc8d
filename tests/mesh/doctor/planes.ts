import type { HelmRevision } from "../../../mesh/upgrade/gateTypes";
import type { Webhook } from "../../../mesh/doctor/evidence";
import { pod } from "./support";

export const system = { namespace: "istio-system" };
export const plane = (version: string, more: object = {}) => ({
  revision: "default",
  name: "istiod",
  declared: version,
  ready: [version],
  ...more,
});
export const istiodService = { metadata: { name: "istiod", ...system }, spec: { selector: { app: "istiod" } } };
export const istiodPod = (ready = true) => pod("istiod", { ...system, ready, proxy: undefined });
export const webhook = (more: Partial<Webhook> = {}): Webhook => ({
  kind: "MutatingWebhookConfiguration",
  configuration: { name: "istio-sidecar-injector" },
  name: "namespace.sidecar-injector.istio.io",
  failurePolicy: "Fail",
  caBundle: "QQ==",
  service: { name: "istiod", ...system },
  ...more,
});
export const served = { services: [istiodService], pods: [istiodPod()] };
export const tag = (revision: string) =>
  webhook({
    configuration: { name: "istio-revision-tag-prod", labels: { "istio.io/tag": "prod", "istio.io/rev": revision } },
  });

/** A record of release istiod, an hour old. */
export const record = (status: string, more: Partial<HelmRevision> = {}): HelmRevision => ({
  release: "istiod",
  revision: 1,
  status,
  modifiedAt: Date.parse("2026-11-26T11:00:00Z") / 1000,
  description: "",
  chart: "istiod",
  chartVersion: "1.30.3",
  manifest: 'kind: Deployment\nmetadata:\n  name: istiod\nspec:\n      image: "docker.io/istio/pilot:1.30.3"\n',
  secret: "sh.helm.release.v1.istiod.v1",
  ...more,
});
