import fc from "fast-check";
import assert from "node:assert/strict";
import { withoutCredentials } from "../../mesh/credentials";

describe("a text without credentials", () => {
  for (const [text, expected] of [
    ["https://ann:S3CRET@charts.example.com/istio", "https://***@charts.example.com/istio"],
    ["https://S3CRET@charts.example.com", "https://***@charts.example.com"],
    ["HTTPS://ann:@charts.example.com", "HTTPS://***@charts.example.com"],
    ["https://ann%40corp:S3CRET@charts.example.com:8443/x", "https://***@charts.example.com:8443/x"],
    ["https://ann:S3@CR@ET@charts.example.com/x", "https://***@charts.example.com/x"],
    ["https://ann:S3@CR/ET@charts.example.com/x", "https://***@charts.example.com/x"],
    ["https://ann:S3/CR?ET#S3@charts.example.com/x", "https://***@charts.example.com/x"],
    ["https://ann:S3'CR\"ET@charts.example.com/x", "https://***@charts.example.com/x"],
    ["oci://ann:S3CRET@registry.example.com/charts: not found", "oci://***@registry.example.com/charts: not found"],
    ["postgres://ann:S3CRET@db.example.com/state?password=S3CRET", "postgres://***@db.example.com/state"],
    [
      'Get "https://ann:S3CRET@charts.example.com/a.tgz?X-Signature=S3CRET": oci://S3CRET@host/x',
      'Get "https://***@charts.example.com/a.tgz": oci://***@host/x',
    ],
    ["s3://state?endpoint=http://127.0.0.1:9000&region=x&token=S3CRET", "s3://state"],
    ["GET https://host/x?sig=a:S3CRET: 403", "GET https://host/x: 403"],
    ["\u001b[1mhttps://ann:S3CRET@host\u001b[0m", "\u001b[1mhttps://***@host\u001b[0m"],
    ['"ann:S3CRET@db.example.com" is not allowed', '"***@db.example.com" is not allowed'],
    ["https:/ann:S3CRET@host/x does not exist", "***@host/x does not exist"],
    ["https:ann:S3CRET@host/x", "***@host/x"],
    ['{"url":"https://ann:S3CRET@host"}', '{"url":"https://***@host"}'],
  ] as const) {
    it(`${text} is shown as ${expected}`, () => {
      assert.equal(withoutCredentials(text), expected);
    });
  }

  for (const text of [
    "https://charts.example.com:8443/istio",
    "https://charts.example.com/a@b",
    "https://charts.example.com:8443/a@b",
    "docker.io/istio/pilot:1.30.3@sha256:0a1b",
    "pilot:1.30.3@sha256:0a1b",
    "ana@laptop (pid 4711)",
    'User "arn:aws:sts::1234:assumed-role/Admin/ann@example.com" cannot list pods',
    "git@github.com:istio/istio",
    'jam-istio:kiali.username: "a@b" is not allowed',
    "loading chart istiod 1.30.3 from ./charts",
    '{"a":"b","c":"d@e"}',
  ]) {
    it(`${text} stays as it is`, () => {
      assert.equal(withoutCredentials(text), text);
    });
  }

  it("no part of a password is shown, whatever is in it", () => {
    const password = fc.string({
      minLength: 1,
      maxLength: 12,
      unit: fc.constantFrom("Ж", ":", "/", "@", "%", "?", "#"),
    });
    const scheme = fc.constantFrom("https://", "oci://", "postgres://", "");
    fc.assert(
      fc.property(scheme, password, (name, text) => {
        const shown = withoutCredentials(`state: ${name}ann:Ж${text}@host.example.com/x, and more`);
        assert.doesNotMatch(shown, /Ж/);
        assert.match(shown, /host\.example\.com\/x, and more$/);
      }),
    );
  });

  it("a long text takes no time", () => {
    const begin = performance.now();
    for (const part of ["a", "a:", "=a:", "://", "https://a:", "?", "@"]) withoutCredentials(part.repeat(1000));
    assert.ok(performance.now() - begin < 5000);
  });
});
