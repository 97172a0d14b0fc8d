/**
 * KialiSecret: its exact inputs, and that no passphrase leaves it in clear. Mocks do not prove how a backend encrypts
 * what the SDK marks as secret, nor what a provider writes into its own log.
 */
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { mask, record } from "../../render/record";
import { deployed, valueOf, type Seen } from "../support/deployment";
import { find } from "../support/recording";
import { classicVersion, external, modernVersion, settingsOf } from "../support/settings";

const sentinel = "SENTINEL-4f1c-passphrase";
const encoded = Buffer.from(sentinel).toString("base64");
const secretSignature = "4dabf18193072939515e22adb298388d";
const classic = { istio: { version: classicVersion }, ...external };
const modern = { istio: { version: modernVersion }, ...external };
const given = { kialiPassphrase: sentinel };

/** The Secret's data as the provider gets it, decoded; asserts that the SDK marked it. */
function dataOf(seen: readonly Seen[]): Record<string, string> {
  const secret = seen.find(({ type }) => type === "kubernetes:core/v1:Secret");
  const wrapped = secret?.inputs["data"] as Record<string, unknown>;
  assert.ok(secretSignature in wrapped, "data is not marked as secret");
  const data = wrapped["value"] as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]));
}

describe("KialiSecret", () => {
  it("classic: Secret kiali in istio-system, its data secret as a whole", async () => {
    const recording = await record(settingsOf(classic, given));
    const secret = find(recording, "Secret kiali");
    assert.deepEqual(secret.inputs, {
      apiVersion: "v1",
      data: { passphrase: "[secret]", username: "[secret]" },
      kind: "Secret",
      metadata: { labels: { app: "kiali" }, name: "kiali", namespace: "istio-system" },
      type: "Opaque",
    });
    assert.deepEqual(secret.secretInputs, ["data"]);
    assert.equal(secret.parent, find(recording, "KialiSecret kiali").urn);
  });

  it("modern: the signing key only", async () => {
    const secret = find(await record(settingsOf(modern)), "Secret kiali");
    assert.deepEqual(secret.inputs["data"], { "value.txt": "[secret]" });
    assert.deepEqual(secret.secretInputs, ["data"]);
  });

  it("classic: holds the login as given, and generates nothing", async () => {
    const { seen, outputs } = await deployed(settingsOf({ ...classic, kiali: { username: "ops" } }, given));
    assert.deepEqual(dataOf(seen), { passphrase: sentinel, username: "ops" });
    assert.deepEqual(
      seen.filter(({ type }) => type.startsWith("random:")),
      [],
    );
    assert.ok(outputs.kialiPassphrase !== undefined);
    assert.equal(await valueOf(outputs.kialiPassphrase), sentinel);
  });

  it("keeps a passphrase that is no ASCII", async () => {
    const { seen } = await deployed(settingsOf(classic, { kialiPassphrase: "pässwörd-€-🔑" }));
    assert.deepEqual(dataOf(seen), { passphrase: "pässwörd-€-🔑", username: "admin" });
  });

  it("classic: holds the generated passphrase and hands it out as a secret", async () => {
    const { seen, outputs } = await deployed(settingsOf(classic), { password: "made-by-the-provider" });
    assert.deepEqual(dataOf(seen), { passphrase: "made-by-the-provider", username: "admin" });
    assert.ok(outputs.kialiPassphrase !== undefined);
    assert.equal(await pulumi.isSecret(outputs.kialiPassphrase), true);
    assert.equal(await valueOf(outputs.kialiPassphrase), "made-by-the-provider");
  });

  it("modern: holds the generated key and hands nothing out", async () => {
    const { seen, outputs } = await deployed(settingsOf(modern), { password: "made-by-the-provider" });
    assert.deepEqual(dataOf(seen), { "value.txt": "made-by-the-provider" });
    assert.equal(outputs.kialiPassphrase, undefined);
  });

  it("modern: holds the signing key as given, and generates and hands out nothing", async () => {
    const kialiSigningKey = "SENTINEL-9a2e-signing-key-of-32b";
    const { seen, outputs } = await deployed(settingsOf(modern, { kialiSigningKey }));
    assert.deepEqual(dataOf(seen), { "value.txt": kialiSigningKey });
    assert.deepEqual(
      seen.filter(({ type }) => type.startsWith("random:")),
      [],
    );
    assert.equal(outputs.kialiPassphrase, undefined);
    const recording = await record(settingsOf(modern, { kialiSigningKey }));
    const encoded = Buffer.from(kialiSigningKey).toString("base64");
    for (const text of [JSON.stringify(recording.registrations), JSON.stringify(recording.outputs)])
      assert.ok(!text.includes(kialiSigningKey) && !text.includes(encoded));
  });

  for (const [name, sections] of Object.entries({ "kiali-passphrase": classic, "kiali-signing-key": modern })) {
    it(`${name}: 32 letters and digits`, async () => {
      const recording = await record(settingsOf(sections));
      const password = find(recording, `RandomPassword ${name}`);
      assert.deepEqual(password.inputs, { length: 32, special: false });
      assert.equal(password.parent, find(recording, "KialiSecret kiali").urn);
    });
  }
});

describe("a given passphrase", () => {
  it("is in no registration in clear or encoded, and not in the outputs' JSON", async () => {
    const recording = await record(settingsOf(classic, given));
    assert.ok(recording.registrations.length > 10);
    for (const text of [JSON.stringify(recording.registrations), JSON.stringify(recording.outputs)]) {
      assert.equal(text.includes(sentinel), false);
      assert.equal(text.includes(encoded), false);
    }
    assert.ok(recording.outputs.kialiPassphrase !== undefined);
    assert.equal(await pulumi.isSecret(recording.outputs.kialiPassphrase), true);
  });

  it("reaches the engine in the Secret alone, marked", async () => {
    const { seen } = await deployed(settingsOf(classic, given));
    const holders = seen.filter(({ inputs }) => {
      const text = JSON.stringify(inputs);
      return text.includes(sentinel) || text.includes(encoded);
    });
    assert.deepEqual(
      holders.map(({ type, name }) => `${type} ${name}`),
      ["kubernetes:core/v1:Secret kiali"],
    );
    assert.equal(JSON.stringify(holders.map(({ inputs }) => mask(inputs))).includes(encoded), false);
  });

  it("is masked by the mark alone: without it the recorder shows the value", () => {
    assert.deepEqual(mask({ data: { passphrase: encoded } }), { data: { passphrase: encoded } });
    const marked = { [secretSignature]: "1b47061264138c4ac30d75fd1eb44270", value: { passphrase: encoded } };
    assert.deepEqual(mask({ data: marked }), { data: { passphrase: "[secret]" } });
  });
});
