/**
 * InstanceNamespace and ExternalServices: exact inputs. Mocks do not prove that the patch is taken by a namespace that
 * somebody else owns, or that Istio accepts an entry; for the specs see tests/charts.
 */
import assert from "node:assert/strict";
import { readStackState } from "../../components/state/stackState";
import { record } from "../../render/record";
import { deployed } from "../support/deployment";
import { find } from "../support/recording";
import { classicVersion, external, modernVersion, settingsOf } from "../support/settings";

const istio = { version: classicVersion };
const shared = { version: modernVersion, controlPlane: "shared", revision: "canary" };

describe("InstanceNamespace", () => {
  const cases: readonly (readonly [string, Record<string, unknown>, Record<string, string>])[] = [
    ["enabled is the default", { istio }, { "istio-injection": "enabled" }],
    ["enabled beside a revision", { istio: shared }, { "istio-injection": "enabled" }],
    ["unmanaged sets no label", { istio, injection: "unmanaged" }, {}],
    ["revision names the control plane's", { istio: shared, injection: "revision" }, { "istio.io/rev": "canary" }],
  ];
  for (const [title, sections, labels] of cases) {
    it(`injection: ${title}`, async () => {
      const recording = await record(settingsOf({ ...sections, namespace: "elsewhere" }));
      const { inputs } = find(recording, "NamespacePatch namespace");
      assert.deepEqual(inputs, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { annotations: { "pulumi.com/patchForce": "true" }, labels, name: "elsewhere" },
      });
    });
  }

  it("stays when the stack is destroyed, alone among all resources", async () => {
    const recording = await record(settingsOf({ istio, ...external }));
    const patch = find(recording, "NamespacePatch namespace");
    assert.equal(patch.retainOnDelete, true);
    assert.equal(patch.parent, find(recording, "InstanceNamespace namespace").urn);
    assert.deepEqual(
      recording.registrations.filter(({ retainOnDelete }) => retainOnDelete),
      [patch],
    );
  });

  it("is called like the stack by default", async () => {
    const { inputs } = find(await record(settingsOf({ istio }, { stack: "qa1" })), "NamespacePatch namespace");
    assert.equal((inputs["metadata"] as { name: string }).name, "qa1");
  });
});

describe("namespace istio-system", () => {
  const metadata = { name: "istio-system" };
  const registered = async (state: Record<string, unknown>, keepsSystem: boolean) => {
    const { seen } = await deployed(settingsOf({ istio }), { state, keepsSystem });
    return seen.filter(({ inputs }) => (inputs["metadata"] as { name?: string } | undefined)?.name === metadata.name);
  };

  it("is the stack's own where the stack made it, and only used where it was there before", async () => {
    for (const [keepsSystem, type] of [
      [false, "kubernetes:core/v1:Namespace"],
      [true, "kubernetes:core/v1:NamespacePatch"],
    ] as const)
      assert.deepEqual(
        (await registered({}, keepsSystem)).map((one) => one.type),
        [type],
      );
  });
});

describe("namespace istio-system, in the state", () => {
  const read = async (type: string, name: string) => {
    const state = { "urn:1": { type, outputs: { metadata: { name } } } };
    await deployed(settingsOf({ istio }), { state });
    return (await readStackState()).systemNamespace;
  };

  it("is the stack's own, or found, or another namespace", async () => {
    assert.equal(await read("kubernetes:core/v1:Namespace", "istio-system"), "made");
    assert.equal(await read("kubernetes:core/v1:NamespacePatch", "istio-system"), "found");
    assert.equal(await read("kubernetes:core/v1:NamespacePatch", "dev701"), undefined);
  });
});

describe("ExternalServices", () => {
  const object = (name: string, spec: Record<string, unknown>) => ({
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "ServiceEntry",
    metadata: { labels: { app: name }, name, namespace: "dev701" },
    spec: { ...spec, exportTo: ["."], location: "MESH_EXTERNAL" },
  });
  const expected: Record<string, Record<string, unknown>> = {
    mysql: object("mysql", {
      hosts: ["db.example.com"],
      ports: [{ name: "tcp-3306", number: 3306, protocol: "TCP" }],
      resolution: "DNS",
    }),
    bucket: object("bucket", {
      hosts: ["s3.eu-central-1.amazonaws.com", "*.s3.eu-central-1.amazonaws.com"],
      ports: [
        { name: "http-80", number: 80, protocol: "HTTP" },
        { name: "tls-443", number: 443, protocol: "TLS" },
      ],
      resolution: "NONE",
    }),
    smtp: object("smtp", {
      hosts: ["smtp.example.com"],
      ports: [{ name: "tcp-587", number: 587, protocol: "TCP" }],
      resolution: "DNS",
    }),
    search: object("search", {
      addresses: ["10.9.0.7"],
      hosts: ["search.example.com"],
      ports: [{ name: "tcp-9300", number: 9300, protocol: "TCP" }],
      resolution: "DNS",
    }),
  };
  const search = {
    name: "search",
    hosts: ["search.example.com"],
    ports: [{ number: 9300, protocol: "TCP" }],
    addresses: ["10.9.0.7"],
  };

  for (const [title, plane] of Object.entries({ managed: istio, shared: { ...istio, controlPlane: "shared" } })) {
    for (const [name, inputs] of Object.entries(expected)) {
      it(`${title}: entry ${name}`, async () => {
        const sections = { istio: plane, ...external, externalServices: [search] };
        const recording = await record(settingsOf(sections));
        const registration = find(recording, `ServiceEntry external-${name}`);
        assert.deepEqual(registration.inputs, inputs);
        assert.equal(registration.parent, find(recording, "ExternalServices external").urn);
        assert.equal(registration.type, "kubernetes:networking.istio.io/v1alpha3:ServiceEntry");
      });
    }
  }

  it("has the same API version in the modern layout: an upgrade replaces no entry", async () => {
    const urns = async (version: string) =>
      (await record(settingsOf({ istio: { version }, ...external }))).registrations
        .filter(({ type }) => type.endsWith(":ServiceEntry"))
        .map(({ urn, inputs }) => ({ urn, inputs }));
    const classic = await urns(classicVersion);
    assert.equal(classic.length, 3);
    assert.deepEqual(await urns("1.30.3"), classic);
  });
});
