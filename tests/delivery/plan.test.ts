import assert from "node:assert/strict";
import { nameOf } from "../../delivery/compare/changes";
import { ciphertextsOf } from "../../delivery/plan/ciphertexts";
import { makePlan, newSalt, parsePlan, planDifference, type Plan } from "../../delivery/plan/plan";
import { meshPlan } from "../../mesh/meshPlan";
import type { KubernetesObject } from "../../render/objects";
import { settingsOf } from "../support/settings";

const configMap = (name: string, data: Readonly<Record<string, string>>) =>
  ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "dev701" }, data }) as KubernetesObject;

const usual = {
  version: "1.30.3",
  objects: [configMap("mesh", { mode: "a" }), configMap("login", { password: "correct-horse" })],
  ciphertexts: ciphertextsOf("config: {jam-istio:kialiPassphrase: {secure: v1:abc}}"),
  program: { version: "0.1.0", files: "f00" },
};
const origin = { commit: "c0ffee0", base: "ba5e000", salt: newSalt() };

function plan(change: Partial<typeof usual> = {}, from: typeof origin = origin): Plan {
  const { version, objects, ciphertexts, program } = { ...usual, ...change };
  const settings = settingsOf({ istio: { version } });
  const releases = meshPlan(settings).releases.map(
    (one) => ({ kind: "release", release: { plan: one, objects: [] } }) as const,
  );
  const rendered = [...releases, ...objects.map((object) => ({ kind: "object", object }) as const)];
  return makePlan({ settings, rendered, ciphertexts, program }, from);
}

const differing = (now: Plan) => planDifference(plan(), now).objects.map(({ kind, name }) => `${kind} ${name}`);

describe("a plan", () => {
  it("of the same is the same, in whatever order the objects and their keys come", () => {
    const objects = [
      configMap("login", { password: "correct-horse" }),
      { metadata: { namespace: "dev701", name: "mesh" }, data: { mode: "a" }, kind: "ConfigMap", apiVersion: "v1" },
    ] as KubernetesObject[];
    assert.equal(plan({ objects }).digest, plan().digest);
    assert.deepEqual(differing(plan({ objects })), []);
  });

  it("says what is deployed: Istio, the charts, the program, the commits", () => {
    const { versions, commit, base } = plan();
    assert.deepEqual(
      { versions, commit, base },
      {
        versions: {
          program: "0.1.0",
          istio: "1.30.3",
          charts: {
            "istio-base": "base 1.30.3",
            istiod: "istiod 1.30.3",
            "kiali-server": "kiali-server 2.26.0",
          },
        },
        commit: "c0ffee0",
        base: "ba5e000",
      },
    );
  });

  const cases: readonly (readonly [string, Partial<typeof usual>, readonly string[]])[] = [
    [
      "a value of an object",
      { objects: [configMap("mesh", { mode: "b" }), ...usual.objects.slice(1)] },
      ["ConfigMap dev701/mesh"],
    ],
    [
      "a hidden value",
      { objects: [...usual.objects.slice(0, 1), configMap("login", { password: "battery-staple" })] },
      ["ConfigMap dev701/login"],
    ],
    [
      "the ciphertext of a secret",
      { ciphertexts: ciphertextsOf("config: {jam-istio:kialiPassphrase: {secure: v1:abd}}") },
      ["Ciphertext jam-istio:kialiPassphrase"],
    ],
    ["the program's files", { program: { version: "0.1.0", files: "f01" } }, ["Program jam-istio"]],
    ["the version", { version: "1.30.2" }, ["Settings dev701", "Release istio-base", "Release istiod"]],
  ];
  for (const [what, change, names] of cases)
    it(`differs with ${what}, which is named`, () => {
      const now = plan(change);
      assert.notEqual(now.digest, plan().digest);
      const found = differing(now);
      for (const name of names) assert.ok(found.includes(`changed ${name}`), `${name}: ${found.join(", ")}`);
      if (names.length === 1) assert.equal(found.length, 1, found.join(", "));
    });

  it("an object more and one less", () => {
    const objects = [...usual.objects.slice(1), configMap("another", { text: "x", more: "y" })];
    assert.deepEqual([...differing(plan({ objects }))].sort(), [
      "added ConfigMap dev701/another",
      "removed ConfigMap dev701/mesh",
    ]);
  });

  it("holds no password, and its digests of it differ from plan to plan", () => {
    const [one, other] = [plan(), plan({}, { ...origin, salt: newSalt() })];
    assert.doesNotMatch(JSON.stringify(one), /correct-horse|v1:abc/);
    const name = nameOf(configMap("login", {}));
    assert.ok(one.hidden[name] !== undefined);
    assert.notEqual(one.hidden[name], other.hidden[name]);
  });

  it("is read as it was written, and not where somebody changed it", () => {
    const text = JSON.stringify(plan());
    assert.deepEqual(parsePlan(text), JSON.parse(JSON.stringify(plan())));
    assert.throws(() => parsePlan(text.replace('"mode":"a"', '"mode":"b"')), /it is not as it was written/);
    assert.throws(() => parsePlan(text.slice(0, -5)), /it is no plan: no JSON/);
    assert.throws(() => parsePlan('{"form": "x"}'), /it is no plan$/);
    assert.throws(() => parsePlan('{"form": "jam-istio plan 9"}'), /this program reads "jam-istio plan 1"/);
  });

  it("of the same secret at another place, and of no secrets", () => {
    assert.deepEqual(ciphertextsOf("config: {}"), {});
    assert.deepEqual(Object.keys(ciphertextsOf("config: {a:b: [{password: {secure: x}}]}")), ["a:b[0].password"]);
  });
});
