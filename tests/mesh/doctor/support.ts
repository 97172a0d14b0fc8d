import type { V1Container, V1Pod, V1Service, V1ServicePort } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { diagnose } from "../../../mesh/doctor/diagnose";
import type { Evidence } from "../../../mesh/doctor/evidence";
import type { IstioObject } from "../../../mesh/doctor/objects";

/** A mesh in which nothing is wrong. */
export const clean: Evidence = {
  instances: ["dev701"],
  now: new Date("2026-11-26T12:00:00Z"),
  kubernetes: "1.34",
  layout: "modern",
  namespaces: [{ name: "dev701", labels: { "istio-injection": "enabled" } }],
  absent: [],
  planesUnseen: false,
  pods: [],
  podsUnseen: false,
  services: [],
  controlPlanes: [{ revision: "default", name: "istiod", declared: "1.30.3", ready: ["1.30.3"] }],
  virtualServices: [],
  destinationRules: [],
  serviceEntries: [],
  gateways: [],
  peerAuthentications: [],
  sidecars: [],
  authorizationPolicies: [],
  envoyFilters: [],
  settings: { deployments: [], configMaps: [], proxyConfigs: [] },
  gatewaySecrets: [],
  webhooks: [],
  records: [],
  gatewayCrds: [],
  meshConfig: { outbound: "ALLOW_ANY", dnsCapture: false, allocates: false },
  certificates: [],
  proxies: [],
  counters: [],
  ejected: [],
  listening: [],
  stuckFaults: [],
  unseen: [],
};

/** The codes that are found, each with its object. */
export const found = (more: Partial<Evidence>): readonly string[] =>
  diagnose({ ...clean, ...more }).map(({ code, object }) => `${code} ${object}`);

/** The one finding there is. */
export function only(more: Partial<Evidence>) {
  const findings = diagnose({ ...clean, ...more });
  assert.equal(findings.length, 1, JSON.stringify(findings));
  return findings[0] ?? assert.fail();
}

/** An object of Istio's. */
export const object = <Spec>(
  kind: string,
  name: string,
  spec: Spec,
  metadata: Partial<IstioObject<Spec>["metadata"]> = {},
): IstioObject<Spec> => ({
  kind,
  metadata: { name, namespace: "dev701", creationTimestamp: "2026-11-01T00:00:00Z", ...metadata },
  spec,
});

/** A Service, whose pods have the label app with its name. */
export function service(name: string, ports: readonly Partial<V1ServicePort>[], namespace = "dev701"): V1Service {
  return {
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: ports.map((port) => ({ port: 80, ...port })) },
  };
}

interface PodParts {
  readonly image?: string;
  readonly proxy?: string | undefined;
  readonly ready?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly container?: Partial<V1Container>;
  readonly metadata?: V1Pod["metadata"];
  readonly status?: object;
  readonly namespace?: string;
}

/** A pod with a sidecar of the control plane's version, unless told otherwise. */
export function pod(app: string, parts: PodParts = {}): V1Pod {
  const {
    image = "registry.example.com/app:1",
    ready = true,
    labels = {},
    container = {},
    namespace = "dev701",
  } = parts;
  const proxy = "proxy" in parts ? parts.proxy : "1.30.3";
  return {
    metadata: parts.metadata ?? { name: `${app}-1`, namespace, labels: { app, ...labels } },
    spec: {
      containers: [
        { name: "app", image, ...container },
        ...(proxy === undefined ? [] : [{ name: "istio-proxy", image: `docker.io/istio/proxyv2:${proxy}` }]),
      ],
    },
    status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }], ...parts.status },
  };
}

/** A problem, and what is nearly one. */
export interface Case {
  readonly title: string;
  /** What is found, as {@link found} has it. */
  readonly hit: string;
  readonly of: Partial<Evidence>;
  /** In which nothing is found. */
  readonly near: Partial<Evidence>;
}

/** Tests problems: each is found, alone, and what is nearly one is not. */
export function itFinds(cases: readonly Case[]): void {
  for (const { title, hit, of, near } of cases) {
    it(`${hit.split(" ")[0] ?? ""}: ${title}`, () => {
      assert.deepEqual(found(of), [hit]);
      assert.deepEqual(found(near), [], "what is nearly one");
    });
  }
}
