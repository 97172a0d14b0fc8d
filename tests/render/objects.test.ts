import assert from "node:assert/strict";
import { hideSecretData, objectOf, parseManifest, toYaml, type KubernetesObject } from "../../render/objects";
import { record } from "../../render/record";
import { find } from "../support/recording";
import { classicVersion, external, settingsOf } from "../support/settings";

const names = (text: string) => parseManifest(text).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe("parseManifest", () => {
  it("reads every document that is an object, in their order", () => {
    const text = "kind: B\nmetadata: {name: b}\n---\n# only a comment\n---\n---\nkind: A\nmetadata: {name: a}\n";
    assert.deepEqual(names(text), ["B b", "A a"]);
  });

  it("reads nothing out of nothing", () => {
    assert.deepEqual(parseManifest(""), []);
    assert.deepEqual(parseManifest("---\njust text\n---\n- a list\n"), []);
  });

  it("keeps dates as text and takes the last of equal keys", () => {
    const [object] = parseManifest("kind: A\nmetadata: {name: a}\nx: 2026-11-23\ny: 1\ny: 2\nz: on\n");
    assert.deepEqual(object, { kind: "A", metadata: { name: "a" }, x: "2026-11-23", y: 2, z: "on" });
  });

  it("takes a list that is closed one column too far left, as Istio 1.4's charts do", () => {
    const [object] = parseManifest('kind: A\nmetadata: {name: a}\nspec:\n  hosts: [\n    "x"\n  ]\n');
    assert.deepEqual((object as unknown as { spec: unknown }).spec, { hosts: ["x"] });
    assert.deepEqual(names('kind: A\nmetadata: {name: a}\nspec:\n  hosts: [\n    "x"\n]\n'), ["A a"]);
  });

  it("says in one line that a text is no YAML", () => {
    assert.throws(
      () => parseManifest("kind: [\nb: }"),
      (error: Error) => /^Helm's output is no YAML: .+$/.test(error.message) && !error.message.includes("\n"),
    );
  });

  it("gives the objects inside a List, as kubectl and Helm apply them", () => {
    const item = "{kind: Service, metadata: {name: zipkin}}";
    assert.deepEqual(names(`apiVersion: v1\nkind: List\nitems:\n- ${item}\n`), ["Service zipkin"]);
    assert.deepEqual(names(`apiVersion: v1\nkind: List\nmetadata: {}\nitems:\n- ${item}\n`), ["Service zipkin"]);
  });
});

describe("hideSecretData", () => {
  const secret = (more: Record<string, unknown>) =>
    ({ apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, ...more }) as KubernetesObject;

  it("shows the keys of data and stringData, sorted, and no value", () => {
    const hidden = hideSecretData(secret({ type: "Opaque", data: { b: "eA==" }, stringData: { a: "x" } }));
    assert.deepEqual(hidden, secret({ type: "Opaque", stringData: { a: "[secret]", b: "[secret]" } }));
  });

  it("leaves other objects as they are, a ConfigMap with data, too", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "x" } };
    assert.equal(hideSecretData(object), object);
  });

  it("hides a Secret inside a List, too", () => {
    const secret = "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {key: c2VudGluZWw=}}";
    const text = `apiVersion: v1\nkind: List\nmetadata: {name: all}\nitems:\n- ${secret}\n`;
    const shown = parseManifest(text).map(hideSecretData).map(toYaml).join("---\n");
    assert.match(shown, /key:/);
    assert.equal(shown.includes("c2VudGluZWw="), false);
  });

  it("takes a Secret without data, and one whose data is empty", () => {
    assert.deepEqual(hideSecretData(secret({})), secret({ stringData: {} }));
    assert.deepEqual(hideSecretData(secret({ data: null, stringData: null })), secret({ stringData: {} }));
  });
});

describe("objectOf", () => {
  it("gives the object of a registration, of a Secret without what it holds", async () => {
    const recording = await record(settingsOf({ istio: { version: classicVersion }, ...external }));
    const kinds = ["Namespace istio-system", "NamespacePatch namespace", "Secret kiali", "ServiceEntry external-mysql"];
    const objects = kinds.map((key) => objectOf(find(recording, key)));
    assert.deepEqual(
      objects.map((object) => `${object?.apiVersion ?? ""} ${object?.kind ?? ""} ${object?.metadata.name ?? ""}`),
      [
        "v1 Namespace istio-system",
        "v1 Namespace dev701",
        "v1 Secret kiali",
        "networking.istio.io/v1alpha3 ServiceEntry mysql",
      ],
    );
    assert.deepEqual((objects[2] as unknown as { stringData: unknown }).stringData, {
      passphrase: "[secret]",
      username: "[secret]",
    });
  });

  it("gives nothing for a release, a component, the gate and the provider", async () => {
    const recording = await record(settingsOf({ istio: { version: classicVersion } }));
    for (const key of ["Release istio", "Istio istio", "UpgradeGate upgrade-gate", "kubernetes kubernetes"]) {
      assert.equal(objectOf(find(recording, key)), undefined, key);
    }
  });
});

describe("toYaml", () => {
  it("writes no anchors, breaks no long line, and can be read again", () => {
    const shared = { a: "word ".repeat(60).trim() };
    const object = { apiVersion: "v1", kind: "A", metadata: { name: "a" }, x: shared, y: shared };
    const text = toYaml(object);
    assert.doesNotMatch(text, /[&*]ref/);
    assert.equal(text.split("\n").length, 9);
    assert.deepEqual(parseManifest(text), [object]);
  });
});
