// Secret kiali on the way into a stack: what of it becomes a setting, and when a person has to say something first.
import assert from "node:assert/strict";
import { keptText, loginField, loginOf, loginProblems } from "../../../mesh/adopt/login";
import { fieldManagersOf, madeItsLogin, withoutUnusedLogin } from "../../../mesh/adopt/stateEntries";
import { restOf } from "../../../mesh/faults/drill";
import { settingsOf } from "../../support/settings";

const classic = settingsOf({ istio: { version: "1.4.10" } });
const modern = settingsOf({ istio: { version: "1.30.3" } });
const encoded = (value: string | Buffer) => Buffer.from(value).toString("base64");
const ofKey = (value: string | Buffer) => ({ "value.txt": encoded(value) });

const key = "k".repeat(32);
const newKey =
  "which takes its place: pulumi stack select --create dev701, then pulumi config set --secret jam-istio:kialiSigningKey --stack dev701";
const problemsOf = (data: Record<string, string>, settings = modern, own = false) =>
  loginProblems(loginOf(data), settings, own);

describe("adoption: Kiali's login", () => {
  it("classic keeps the passphrase, modern the signing key; without Kiali there is nothing to keep", () => {
    const data = { ...ofKey(key), passphrase: encoded("correct horse"), username: encoded("admin") };
    const kept = (settings: typeof modern) => {
      const field = loginField(settings);
      return field && [field.setting, keptText(field, data)];
    };
    assert.deepEqual(kept(classic), ["kialiPassphrase", "correct horse"]);
    assert.deepEqual(kept(modern), ["kialiSigningKey", key]);
    assert.equal(kept(settingsOf({ istio: { version: "1.30.3" }, kiali: { enabled: false } })), undefined);
    for (const settings of [classic, modern]) assert.deepEqual(problemsOf(data, settings), []);
  });

  it("what is known of it is nothing that is secret in it", () => {
    const found = loginOf({ ...ofKey("a-signing-key"), passphrase: encoded("correct horse") });
    assert.doesNotMatch(JSON.stringify(found), /signing-key|horse/);
    assert.deepEqual(loginOf({}), { username: undefined, passphrase: undefined, signingKey: undefined });
  });

  for (const [name, value, why] of [
    ["of 44 bytes", "k".repeat(44), "has 44 bytes, and Kiali takes 16, 24 or 32"],
    ["with a line's end", `${key}\n`, "has 33 bytes, and Kiali takes 16, 24 or 32"],
    ["of 32 bytes that are no text", Buffer.alloc(32, 0xff), "is not one line of text without spaces at its ends"],
    ["of 32 bytes with a line's end", `${"k".repeat(31)}\n`, "is not one line of text without spaces at its ends"],
  ] as const) {
    it(`a signing key ${name} is named in one line, with the way out`, () => {
      const [line = "", ...more] = problemsOf(ofKey(value));
      assert.ok(line.startsWith(`Kiali's signing key ${why}`), line);
      assert.ok(line.endsWith(newKey), line);
      assert.deepEqual(more, []);
      assert.deepEqual(problemsOf(ofKey(value), modern, true), [], "the settings have another");
      const field = loginField(modern);
      assert.equal(field && keptText(field, ofKey(value)), undefined);
    });
  }

  it("a passphrase that no setting takes, and another user name, are named", () => {
    const lines = problemsOf({ passphrase: encoded("1234567"), username: encoded("ops") }, classic);
    assert.match(lines[0] ?? "", /login is called ops: set kiali\.username: ops/);
    assert.match(lines[1] ?? "", /shorter than 8 characters.*--secret jam-istio:kialiPassphrase --stack dev701$/);
    assert.equal(problemsOf({ passphrase: encoded("two\nlines of it") }, classic).length, 1);
  });

  it("a Secret that has none is left to the stack", () => {
    assert.deepEqual(problemsOf({ "oidc-secret": encoded("x") }), []);
  });
});

describe("adoption: a login that the state knows", () => {
  const urn = (end: string) => `urn:pulumi:dev701::jam-istio::jam-istio:components:KialiSecret$${end}`;
  const madeUp = { ...{ urn: urn("random:index/randomPassword:RandomPassword::kiali-signing-key"), custom: true } };
  const random = { ...madeUp, type: "random:index/randomPassword:RandomPassword" };
  const secret = { urn: urn("kubernetes:core/v1:Secret::kiali"), custom: true, type: "kubernetes:core/v1:Secret" };
  const applied = { ...secret, outputs: { __fieldManager: "pulumi-kubernetes-1" } };

  it("is the stack's own once it was applied", () => {
    assert.equal(madeItsLogin([random, applied]), true);
    assert.equal(madeItsLogin([random, secret]), false);
    assert.equal(madeItsLogin([applied]), false, "it was given");
    assert.deepEqual(fieldManagersOf([random, secret, applied]), ["pulumi-kubernetes-1"]);
  });

  it("and one that was made up and never got there is forgotten", () => {
    assert.deepEqual(withoutUnusedLogin([random, secret]), [secret]);
    assert.deepEqual(withoutUnusedLogin([random, applied]), [random, applied]);
  });
});

describe("the signing key", () => {
  it("has no part in the text that stands in the state in clear", () => {
    const own = settingsOf({ istio: { version: "1.30.3" } }, { kialiSigningKey: key });
    assert.equal(own.kialiSigningKey, key);
    assert.equal(restOf(own), restOf(modern));
  });
});
