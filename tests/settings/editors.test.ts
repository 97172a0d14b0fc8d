import Ajv from "ajv";
import { load } from "js-yaml";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stackNames } from "../../cli/stack/stackFile";

// What an editor says of a stack file. Rules over more than one key are the program's alone.

const root = join(__dirname, "..", "..");
const schema = JSON.parse(readFileSync(join(root, "docs", "stack.schema.json"), "utf8")) as object;
const validate = new Ajv({ strict: false }).compile(schema);
const istio = { "jam-istio:istio": { version: "1.4.6" } };

describe("the editors' schema", () => {
  for (const stack of stackNames(root)) {
    it(`takes the stack file of ${stack}`, () => {
      const content = load(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8"));
      assert.equal(validate(content), true, JSON.stringify(validate.errors));
    });
  }

  const wrong: readonly (readonly [string, object])[] = [
    ["an unknown section", { ...istio, "jam-istio:istoi": {} }],
    ["an unknown key", { "jam-istio:istio": { verison: "1.4.6" } }],
    ["a version without quotes", { "jam-istio:istio": { version: 1.1 } }],
    ["no section istio", { "jam-istio:production": true }],
    ["a word that is none of the allowed", { ...istio, "jam-istio:injection": "on" }],
    ["a signing key in clear", { ...istio, "jam-istio:kialiSigningKey": "x".repeat(32) }],
    ["a passphrase in clear", { ...istio, "jam-istio:kialiPassphrase": "in clear" }],
    [
      "a password in clear",
      { ...istio, "jam-istio:chartCredentials": [{ host: "a.example.com", password: "in clear" }] },
    ],
    ["a port out of range", { ...istio, "jam-istio:mail": { externalHostPort: 70000 } }],
  ];
  for (const [what, config] of wrong) {
    it(`refuses ${what}`, () => {
      assert.equal(validate({ config }), false);
    });
  }

  it("leaves other projects' keys and Pulumi's own alone", () => {
    const config = {
      ...istio,
      "aws:region": "eu-central-1",
      "jam-istio:kialiPassphrase": { secure: "v1:abc" },
      "jam-istio:kialiSigningKey": { secure: "v1:abc" },
      "jam-istio:chartCredentials": [{ host: "a.example.com", token: { secure: "v1:abc" } }],
    };
    assert.equal(validate({ encryptionsalt: "v1:x", config }), true, JSON.stringify(validate.errors));
  });
});
