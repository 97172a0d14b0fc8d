import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { reasonOf } from "../../../cluster/client/errors";
import { readNoteEvidence } from "../../../cluster/upgrade/noteEvidence";
import { list, refusal, useApi } from "../../support/apiServer";

// How the objects for upgrade notes are read, against a stand-in for the API; tests/e2e/upgradeNotes.test.ts asks a real one.

const group = "/apis/gateway.networking.k8s.io";
const served = (...versions: readonly string[]) => ({
  kind: "APIGroup",
  versions: versions.map((version) => ({ groupVersion: `gateway.networking.k8s.io/${version}` })),
});
const resources = (...names: readonly string[]) => ({
  kind: "APIResourceList",
  resources: names.map((name) => ({ name })),
});
const secrets = "/api/v1/namespaces/istio-system/secrets";
const thing = (name: string) => ({ metadata: { name, namespace: "dev" } });

/** A Secret as Helm writes it: the record is packed, and in base64 twice. */
const record = (name: string, release: object) => {
  const packed = Buffer.from(gzipSync(JSON.stringify(release)).toString("base64")).toString("base64");
  return {
    metadata: { name: `sh.helm.release.v1.${name}.v1`, labels: { owner: "helm", name } },
    data: { release: packed },
  };
};

describe("what upgrade notes are judged by", () => {
  const api = useApi();

  it("a kind is read in a version that the server has", async () => {
    api.answers = {
      [`GET ${group}`]: served("v1", "v1alpha2"),
      [`GET ${group}/v1`]: resources("gateways"),
      [`GET ${group}/v1alpha2`]: resources("tlsroutes"),
      [`GET ${group}/v1alpha2/tlsroutes`]: list(thing("db")),
      [`GET ${group}/v1/gateways`]: list(thing("gw")),
    };
    const { objects, unseen } = await readNoteEvidence(api.cluster, ["tlsRoutes", "gatewayApiGateways", "tcpRoutes"]);
    assert.deepEqual(
      objects.tlsRoutes.map(({ metadata }) => metadata.name),
      ["db"],
    );
    assert.deepEqual(
      objects.gatewayApiGateways.map(({ metadata }) => metadata.name),
      ["gw"],
    );
    assert.deepEqual([objects.tcpRoutes, unseen], [[], {}]);
  });

  it("a kind that is not installed has none", async () => {
    assert.deepEqual((await readNoteEvidence(api.cluster, ["tlsRoutes", "cacerts"])).unseen, {});
  });

  it("one that may not be read is named", async () => {
    api.answers = { "GET /api/v1/pods": 403, "GET /api/v1/services": list(thing("web")) };
    const { objects, unseen } = await readNoteEvidence(api.cluster, ["pods", "services"]);
    assert.deepEqual(unseen, { pods: "HTTP 403" });
    assert.equal(objects.services.length, 1);
  });

  it("a long list is read page by page", async () => {
    const page = (name: string, next: string) => ({ ...list(thing(name)), metadata: { continue: next } });
    api.answers = {
      "GET /api/v1/pods?limit=500": page("a", "more"),
      "GET /api/v1/pods?limit=500&continue=more": page("b", ""),
    };
    const { objects } = await readNoteEvidence(api.cluster, ["pods"]);
    assert.deepEqual(
      objects.pods.map(({ metadata }) => metadata.name),
      ["a", "b"],
    );
  });

  it("of Secret cacerts the names of its keys alone are kept", async () => {
    api.answers = {
      [`GET ${secrets}/cacerts`]: { kind: "Secret", metadata: { name: "cacerts" }, data: { "ca-key.pem": "c2VjcmV0" } },
    };
    const { objects } = await readNoteEvidence(api.cluster, ["cacerts"]);
    assert.deepEqual(objects.cacerts, [
      { metadata: { name: "cacerts", namespace: "istio-system" }, keys: ["ca-key.pem"] },
    ]);
  });

  it("Helm's records tell the values that a person gave", async () => {
    const chart = { metadata: { name: "istiod", version: "1.29.6" } };
    api.answers = {
      [`GET ${secrets}`]: list(record("istiod", { chart, config: { global: { hub: "docker.io/istio" } } })),
    };
    const { objects } = await readNoteEvidence(api.cluster, ["releases"]);
    assert.deepEqual(objects.releases, [
      {
        metadata: { name: "istiod", namespace: "istio-system" },
        chart: "istiod",
        chartVersion: "1.29.6",
        values: { global: { hub: "docker.io/istio" } },
      },
    ]);
  });

  it("an istiod without a record of Helm's has unknown values, which is named", async () => {
    const template = { spec: { containers: [{ name: "discovery", image: "docker.io/istio/pilot:1.29.6" }] } };
    api.answers = {
      [`GET ${secrets}`]: list(),
      "GET /apis/apps/v1/namespaces/istio-system/deployments": list({ ...thing("istiod"), spec: { template } }),
    };
    const { unseen } = await readNoteEvidence(api.cluster, ["releases", "deployments"]);
    assert.deepEqual(unseen, { releases: "none of istiod" });
  });

  it("a server that fails is an error, not an empty cluster", async () => {
    api.answers = { "GET /api/v1/pods": 500 };
    assert.equal(reasonOf(await refusal(readNoteEvidence(api.cluster, ["pods"]))), "HTTP 500");
  });
});
