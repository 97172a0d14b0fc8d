import assert from "node:assert/strict";
import { HttpError, type Send } from "../../../cluster/client/send";
import { findObject } from "../../../cluster/drift/liveObjects";

// The API server is a function here: what a real one answers to a dry run is not proven by it.

const wanted = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "ServiceEntry",
  metadata: { name: "mysql", namespace: "dev701" },
  spec: { hosts: ["db.example.com"], location: "MESH_EXTERNAL" },
};
const path = "/apis/networking.istio.io/v1alpha3/namespaces/dev701/serviceentries/mysql";
const resources = () =>
  Promise.resolve({ base: "/apis/networking.istio.io/v1alpha3", plural: "serviceentries", namespaced: true });

const live = {
  ...wanted,
  metadata: { ...wanted.metadata, uid: "1", resourceVersion: "2", managedFields: [{}] },
  spec: { hosts: ["other.example.com"], location: "MESH_EXTERNAL", extra: true },
  status: {},
};

const refused = (code: number, message: string) => new HttpError(code, JSON.stringify({ kind: "Status", message }));

/** @param applied the answer to a dry run */
const server = (applied: () => object, sent: string[] = []): { send: Send } => ({
  send: (method, asked) => {
    sent.push(`${method} ${asked}`);
    return Promise.resolve().then(() => JSON.stringify(method === "GET" ? live : applied()));
  },
});

describe("an object in the cluster beside the one that is wanted", () => {
  it("is asked about by dry runs alone, and shown without what the server sets", async () => {
    const sent: string[] = [];
    const found = await findObject(
      server(() => wanted, sent),
      resources,
      wanted,
      true,
    );
    assert.deepEqual(found, {
      state: "there",
      live: { ...wanted, spec: live.spec },
      wanted,
    });
    assert.deepEqual(sent, [`GET ${path}`, `PATCH ${path}?dryRun=All&fieldManager=jam-istio-drift&force=true`]);
  });

  it("behind a webhook that knows no dry run: what is there with what is wanted over it", async () => {
    const cluster = server(() => {
      throw refused(400, "admission webhook pilot.validation.istio.io does not support dry run");
    });
    const found = await findObject(cluster, resources, wanted, true);
    assert.equal(found.state, "there");
    assert.deepEqual("wanted" in found && found.wanted, { ...wanted, spec: { ...wanted.spec, extra: true } });
  });

  it("where the two do not go together, such as two ports of one name: lists as they are wanted", async () => {
    const sent: string[] = [];
    let tries = 0;
    const cluster = server(() => {
      if (++tries === 1) throw refused(422, 'spec.ports[1].name: Duplicate value: "grpc-xds"');
      return wanted;
    }, sent);
    assert.equal((await findObject(cluster, resources, wanted, true)).state, "there");
    assert.equal(sent.at(-1), `PATCH ${path}?dryRun=All&fieldManager=jam-istio-drift`);
  });

  it("where the dry run is not permitted, that is said, and nothing is taken as equal", async () => {
    const cluster = server(() => {
      throw refused(403, "no");
    });
    assert.deepEqual(await findObject(cluster, resources, wanted, true), {
      state: "unknown",
      why: "not permitted (HTTP 403)",
    });
  });

  it("of a kind that the cluster does not know there is none", async () => {
    const found = await findObject(
      server(() => wanted),
      () => Promise.resolve(undefined),
      wanted,
      true,
    );
    assert.deepEqual(found, { state: "missing" });
  });

  it("a bug is none of the cluster's answers", async () => {
    const cluster = server(() => {
      throw new TypeError("x is undefined");
    });
    await assert.rejects(findObject(cluster, resources, wanted, true), TypeError);
  });
});
