import assert from "node:assert/strict";
import { scrubber, withoutValues } from "../../../mesh/doctor/scrub";

const password = "hunter2-and-more";
const scrub = scrubber([password, "on", 'with "quotes"\nand lines']);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("what a report is cleared of", () => {
  const gone: readonly (readonly [what: string, text: string, secret: string])[] = [
    ["a Secret's value", `connecting as app with ${password} to db`, password],
    ["in base64", `data: ${base64(password)}`, base64(password)],
    ["as JSON writes it", JSON.stringify({ note: 'with "quotes"\nand lines' }), "quotes"],
    ["a service account's token", "token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "eyJzdWIiOiJhIn0"],
    ["a bearer token", "Authorization: Bearer abcdef0123456789", "abcdef0123456789"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----", "MIIabc"],
    ["an AWS key", "using AKIAABCDEFGHIJKLMNOP now", "AKIAABCDEFGHIJKLMNOP"],
    ["a password in JSON", '{"dbPassword": "s3cret!"}', "s3cret!"],
    ["in YAML", "db_password: s3cret!", "s3cret!"],
    ["on a command line", "--api-key=s3cret-value", "s3cret-value"],
    ["in a URL", "mysql://app:s3cret@db.example.com/x", "s3cret"],
  ];
  for (const [what, text, secret] of gone)
    it(what, () => {
      assert.ok(text.includes(secret));
      assert.ok(!scrub(text).includes(secret), scrub(text));
    });

  it("what is none stays: a report has to be of use", () => {
    const text = [
      '{"host":"db.example.com","port":3306,"mode":"ISTIO_MUTUAL","credentialName":"tls"}',
      "2026-11-26T12:00:00Z warning envoy config: gRPC config for Listener rejected: no such filter",
      "is on, and secretName: db-credentials; tokens=true",
    ].join("\n");
    assert.equal(scrub(text), text);
  });

  it("the values of environment variables, also where nothing says that they are secret", () => {
    const pod = {
      spec: { containers: [{ env: [{ name: "DB", value: "x" }] }] },
      metadata: { managedFields: [{}], name: "a" },
    };
    assert.deepEqual(withoutValues(pod), {
      spec: { containers: [{ env: [{ name: "DB", value: "***" }] }] },
      metadata: { name: "a" },
    });
  });
});
