// Pure readers only: no API server runs here, so nothing about `observe` itself is proved.
import {
  V1Deployment,
  V1DeploymentSpec,
  V1ObjectMeta,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Secret,
  type V1Container,
} from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { reasonOf } from "../../../cluster/client/errors";
import { helmRecord } from "../../../cluster/upgrade/helmRecords";
import { controlPlanes } from "../../../mesh/istio/controlPlanes";
import { unreadable } from "../../../mesh/istio/images";

/** A release as Helm stores it: JSON, gzipped, in base64, and that in the Secret's own base64. */
function payload(release: object): string {
  const packed = gzipSync(JSON.stringify(release)).toString("base64");
  return Buffer.from(packed).toString("base64");
}

/** An object of the API, as its client makes one. */
const made = <T extends object>(type: new () => T, fields: object): T => Object.assign(new type(), fields);

const labels = { owner: "helm", name: "istiod", status: "deployed", version: "3", modifiedAt: "1800000100" };
const without = (key: keyof typeof labels) =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => name !== key));
const withLabels = (given: Readonly<Record<string, string>>, release?: string): V1Secret =>
  made(V1Secret, {
    metadata: made(V1ObjectMeta, {
      name: "sh.helm.release.v1.istiod.v3",
      creationTimestamp: new Date(1_800_000_000_500),
      labels: given,
    }),
    ...(release === undefined ? {} : { data: { release } }),
  });
const secret = (more: Partial<typeof labels> = {}, release?: string) => withLabels({ ...labels, ...more }, release);
const ours = payload({
  name: "istiod",
  info: { status: "deployed", description: "jam-istio/dev701" },
  chart: { metadata: { version: "1.30.3" } },
  manifest: "kind: Service\n",
});

describe("observe: Helm's records", () => {
  it("a record is read whole", () => {
    assert.deepEqual(helmRecord(secret({}, ours)), {
      release: "istiod",
      status: "deployed",
      revision: 3,
      createdAt: 1_800_000_000,
      modifiedAt: 1_800_000_100,
      description: "jam-istio/dev701",
      chart: "",
      chartVersion: "1.30.3",
      manifest: "kind: Service\n",
      secret: "sh.helm.release.v1.istiod.v3",
    });
  });

  it("a record that was never modified counts from its creation, in whole seconds", () => {
    assert.equal(helmRecord(withLabels(without("modifiedAt")))?.modifiedAt, 1_800_000_000);
  });

  it("the later of creation and modification counts", () => {
    assert.equal(helmRecord(secret({ modifiedAt: "1700000000" }))?.modifiedAt, 1_800_000_000);
  });

  it("the description is read of every status: a rollback leads to one that was superseded", () => {
    for (const status of ["pending-install", "failed", "superseded", "uninstalling"])
      assert.deepEqual(
        [helmRecord(secret({ status }, ours))?.status, helmRecord(secret({ status }, ours))?.description],
        [status, "jam-istio/dev701"],
      );
  });

  it("a release without description has an empty one", () => {
    assert.equal(helmRecord(secret({}, payload({ name: "istiod" })))?.description, "");
    assert.equal(helmRecord(secret({}, payload({ info: {} })))?.description, "");
    assert.equal(helmRecord(secret())?.description, "");
  });

  for (const [name, broken] of [
    ["no base64", Buffer.from("%%%").toString("base64")],
    ["not gzipped", Buffer.from(Buffer.from("{}").toString("base64")).toString("base64")],
    ["cut off", ours.slice(0, 40)],
    ["no JSON", Buffer.from(gzipSync("{").toString("base64")).toString("base64")],
    ["no object", Buffer.from(gzipSync("null").toString("base64")).toString("base64")],
    ["empty", ""],
  ] as const) {
    it(`a broken payload, ${name}, leaves the record without description`, () => {
      const record = helmRecord(secret({}, broken));
      assert.deepEqual([record?.release, record?.status, record?.description], ["istiod", "deployed", ""]);
    });
  }

  for (const [name, other] of [
    ["of another owner", secret({ owner: "flux" })],
    ["without owner", withLabels(without("owner"))],
    ["without a release's name", withLabels(without("name"))],
    ["without status", withLabels(without("status"))],
    ["without labels", made(V1Secret, { metadata: made(V1ObjectMeta, { name: "x" }) })],
    ["without metadata", new V1Secret()],
  ] as const) {
    it(`a Secret ${name} is no record`, () => {
      assert.equal(helmRecord(other), undefined);
    });
  }
});

describe("observe: the control plane's version", () => {
  const controlPlaneVersion = (deployments: readonly V1Deployment[]) => controlPlanes(deployments, [])[0]?.declared;
  const deployment = (...containers: readonly Pick<V1Container, "name" | "image">[]): V1Deployment => {
    const template = made(V1PodTemplateSpec, { spec: made(V1PodSpec, { containers }) });
    return made(V1Deployment, { spec: made(V1DeploymentSpec, { selector: {}, template }) });
  };
  const discovery = (image: string) => deployment({ name: "discovery", image });

  for (const [image, expected] of [
    ["docker.io/istio/pilot:1.4.6", "1.4.6"],
    ["docker.io/istio/pilot:1.30.3-distroless", "1.30.3"],
    ["mirror.example.com:5000/istio/pilot:1.28.10", "1.28.10"],
    ["pilot:1.30.3", "1.30.3"],
    ["docker.io/istio/pilot:1.30.3@sha256:0123456789abcdef", "1.30.3"],
    ["mirror.example.com:5000/istio/pilot", unreadable],
    ["docker.io/istio/pilot:latest", unreadable],
    ["docker.io/istio/pilot:1.30", unreadable],
    ["docker.io/istio/pilot@sha256:0123456789abcdef", unreadable],
    ["", unreadable],
  ] as const) {
    it(`${image} is ${expected}`, () => {
      assert.equal(controlPlaneVersion([discovery(image)]), expected);
    });
  }

  it("only the container named discovery counts", () => {
    const proxy = { name: "istio-proxy", image: "docker.io/istio/proxyv2:1.4.10" };
    const pilot = { name: "discovery", image: "docker.io/istio/pilot:1.4.6" };
    assert.equal(controlPlaneVersion([deployment(proxy), deployment(proxy, pilot)]), "1.4.6");
    assert.equal(controlPlaneVersion([deployment(proxy)]), undefined);
  });

  it("nothing there gives nothing", () => {
    assert.equal(controlPlaneVersion([]), undefined);
    assert.equal(controlPlaneVersion([new V1Deployment(), deployment()]), undefined);
  });

  it("a container without an image has no readable version, and is there all the same", () => {
    assert.equal(controlPlaneVersion([deployment({ name: "discovery" })]), unreadable);
  });
});

describe("observe: reasons", () => {
  const http = (code: number) => Object.assign(new Error(`HTTP-Code: ${String(code)}\nBody: {"token": "x"}`), { code });
  const refused = Object.assign(
    new AggregateError(["::1", "127.0.0.1"].map((host) => new Error(`connect ECONNREFUSED ${host}:6443`))),
    { code: "ECONNREFUSED" },
  );
  for (const [name, error, expected] of [
    ["a message", new Error("no such file"), "no such file"],
    ["the first line of a message", new Error("bad\nHeaders: x"), "bad"],
    [
      "its causes",
      new Error("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
      "fetch failed: connect ECONNREFUSED",
    ],
    ["a cause that says the same", new Error("late", { cause: new Error("late") }), "late"],
    [
      "three causes at the most",
      new Error("a", { cause: new Error("b", { cause: new Error("c", { cause: new Error("d") }) }) }),
      "a: b: c",
    ],
    ["HTTP 403", http(403), "not permitted (HTTP 403)"],
    ["HTTP 500, without its body", http(500), "HTTP 500"],
    [
      "a code that is a word",
      Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
      "connect ECONNREFUSED",
    ],
    ["several addresses, the first", refused, "connect ECONNREFUSED ::1:6443"],
    [
      "several addresses, as a cause",
      new Error("fetch failed", { cause: refused }),
      "fetch failed: connect ECONNREFUSED ::1:6443",
    ],
    ["several addresses that have a message", new AggregateError(refused.errors, "all failed"), "all failed"],
    ["no address at all", new AggregateError([]), "AggregateError"],
    ["a string", "just a text", "just a text"],
    ["nothing", undefined, "undefined"],
  ] as const) {
    it(`of ${name}`, () => {
      assert.equal(reasonOf(error), expected);
    });
  }

  it("of an error that causes itself", () => {
    const error = new Error("round");
    error.cause = error;
    assert.equal(reasonOf(error), "round");
  });
});
