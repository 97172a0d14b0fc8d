/**
 * The order in which a stack is installed, from the transitive closure over the registrations' dependencies. Mocks do
 * not prove that a resource is ready when it counts as created: that Helm waits for Jobs and Pods is Helm's.
 */
import assert from "node:assert/strict";
import { record, type Recording } from "../../render/record";
import { ancestors, assertOrder, find, keyOf, kubernetesResources } from "../support/recording";
import { classicVersion, external, modernVersion, settingsOf } from "../support/settings";

const versions = { classic: classicVersion, modern: modernVersion } as const;
type Layout = keyof typeof versions;
const releases = {
  classic: { crds: "Release istio-init", plane: "Release istio" },
  modern: { crds: "Release istio-base", plane: "Release istiod" },
} as const;

const gate = "UpgradeGate upgrade-gate";
const rollout = "SidecarRollout sidecar-rollout";
const desiredOf = (recording: Recording) => find(recording, gate).inputs["desired"] as Record<string, unknown>;
const entriesOf = ({ registrations }: Recording) =>
  registrations.map(keyOf).filter((key) => key.startsWith("ServiceEntry "));

function assertGateIsFirst(recording: Recording): void {
  const { urn } = find(recording, gate);
  assert.deepEqual([...ancestors(recording, urn)], [], "the gate waits for something");
  const late = kubernetesResources(recording).filter((resource) => !ancestors(recording, resource.urn).has(urn));
  assert.deepEqual(late.map(keyOf), [], "these do not wait for the gate");
}

function assertRolloutIsLast(recording: Recording): void {
  const before = ancestors(recording, find(recording, rollout).urn);
  // Proxies of their own come when sidecars could depend on the control plane.
  const proxies = ["Release ztunnel", "Release istio-ingressgateway"];
  const others = kubernetesResources(recording).filter((one) => !before.has(one.urn) && !proxies.includes(keyOf(one)));
  assert.deepEqual(others.map(keyOf), [], "the rollout does not wait for these");
}

/** What a destroy deletes first. */
function assertRemovalIsGuarded(recording: Recording): void {
  const before = ancestors(recording, find(recording, "MeshRemoval mesh-removal").urn);
  const others = [...kubernetesResources(recording), find(recording, rollout)].filter(({ urn }) => !before.has(urn));
  assert.deepEqual(others.map(keyOf), [], "these would be removed beside its refusal");
}

/** A component without children orders nothing, and one with children orders more than is meant. */
function assertConcrete({ registrations }: Recording): void {
  const custom = new Set(registrations.filter((registration) => registration.custom).map(({ urn }) => urn));
  const wrong = registrations.flatMap((registration) =>
    registration.dependencies.filter((urn) => !custom.has(urn)).map((urn) => `${keyOf(registration)} -> ${urn}`),
  );
  assert.deepEqual(wrong, []);
}

interface Variant {
  readonly title: string;
  readonly kiali?: boolean;
  readonly services?: boolean;
  readonly shared?: boolean;
  readonly more?: Record<string, unknown>;
  readonly istio?: Record<string, unknown>;
}

const variants: readonly Variant[] = [
  { title: "all of it" },
  { title: "Kiali disabled", kiali: false },
  { title: "no external services", services: false },
  { title: "neither Kiali nor external services", kiali: false, services: false },
  { title: "shared control plane", shared: true },
  { title: "shared control plane, Kiali disabled", shared: true, kiali: false },
  { title: "injection unmanaged", more: { injection: "unmanaged" } },
  {
    title: "injection revision",
    shared: true,
    more: { injection: "revision" },
    istio: { version: modernVersion, revision: "canary" },
  },
];

async function recordVariant(layout: Layout, variant: Variant): Promise<Recording> {
  const plane = variant.shared === true ? { controlPlane: "shared" } : {};
  const istio = { version: versions[layout], ...plane, ...variant.istio };
  const services = variant.services === false ? {} : external;
  const kiali = { enabled: variant.kiali !== false };
  return record(settingsOf({ istio, kiali, ...services, ...variant.more }));
}

function assertManaged(recording: Recording, layout: Layout, variant: Variant): void {
  const { crds, plane } = releases[layout];
  assertRemovalIsGuarded(recording);
  const secret = variant.kiali === false ? [] : ["Secret kiali"];
  assertOrder(recording, [gate, "Namespace istio-system", crds, ...secret, plane]);
  for (const entry of entriesOf(recording)) assertOrder(recording, [plane, entry]);
  if (variant.kiali !== false && layout === "modern") assertOrder(recording, [plane, "Release kiali-server"]);
}

function assertShared(recording: Recording): void {
  const mine = kubernetesResources(recording).map(keyOf);
  assert.ok(recording.registrations.every(({ name }) => name !== "mesh-removal"));
  const foreign = mine.filter((key) => !/^(NamespacePatch|ServiceEntry) /.test(key));
  assert.deepEqual(foreign, [], "a shared control plane belongs to another stack");
  assert.deepEqual(desiredOf(recording)["releases"], []);
}

for (const layout of ["classic", "modern"] as const) {
  describe(`order of installation, ${layout}`, () => {
    for (const variant of variants) {
      it(variant.title, async () => {
        const recording = await recordVariant(layout, variant);
        assertGateIsFirst(recording);
        assertRolloutIsLast(recording);
        assertConcrete(recording);
        const entries = entriesOf(recording);
        assert.equal(entries.length, variant.services === false ? 0 : 3);
        for (const entry of entries) assertOrder(recording, [gate, "NamespacePatch namespace", entry]);
        if (variant.shared === true) assertShared(recording);
        else assertManaged(recording, layout, variant);
      });
    }

    it("a generated passphrase or key comes before the Secret that holds it", async () => {
      const recording = await recordVariant(layout, { title: "" });
      const password = layout === "classic" ? "kiali-passphrase" : "kiali-signing-key";
      assertOrder(recording, [`RandomPassword ${password}`, "Secret kiali"]);
    });

    it("an adopted or configured chart source changes no order", async () => {
      const istio = { chartRepository: "./charts", ...(layout === "classic" ? { releaseName: "adopted" } : {}) };
      const recording = await recordVariant(layout, { title: "", istio });
      const plane = layout === "classic" ? "Release adopted" : "Release istiod";
      assertOrder(recording, [gate, "Namespace istio-system", releases[layout].crds, "Secret kiali", plane]);
    });
  });
}

describe("order of installation, the optional parts", () => {
  const on = { enabled: true };
  const releaseKeys = (names: readonly string[]) => names.map((name) => `Release ${name}`);
  for (const [mode, parts, first, proxies] of [
    ["sidecars", { cni: on, gateway: on }, ["istio-base", "istio-cni", "istiod"], ["istio-ingressgateway"]],
    [
      "sidecars of a revision",
      { cni: on, gateway: on, revision: "canary" },
      ["istio-base", "istio-cni", "istiod-canary"],
      ["istio-ingressgateway"],
    ],
    [
      "ambient mode",
      { cni: on, ztunnel: on, gateway: on },
      ["istio-base", "istiod", "istio-cni"],
      ["ztunnel", "istio-ingressgateway"],
    ],
  ] as const) {
    it(mode, async () => {
      const recording = await record(settingsOf({ istio: { version: modernVersion, ...parts }, ...external }));
      assertOrder(recording, [gate, ...releaseKeys(first), rollout, ...releaseKeys(proxies)]);
      assertRolloutIsLast(recording);
      assertRemovalIsGuarded(recording);
    });
  }
});

describe("order of installation, the assertion itself", () => {
  it("refuses an order that is not there", async () => {
    const recording = await recordVariant("classic", { title: "" });
    assert.throws(() => {
      assertOrder(recording, ["Release istio", "Release istio-init"]);
    }, /Release istio-init does not wait for Release istio/);
  });
});
