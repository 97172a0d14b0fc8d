// What Pulumi hands over is taken from FACTS, section 7: no engine runs here, so these rows do not prove it.
import assert from "node:assert/strict";
import { parseSettings } from "../../config/parse";
import { readStackFile, secretPlaceholder } from "../../config/raw";

const valueOf = (yaml: string) => readStackFile(`config:\n  jam-istio:key: ${yaml}\n`).values["jam-istio:key"];
const errorOf = (text: string): string => {
  try {
    readStackFile(text);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return "no error";
};

describe("stack file: scalars arrive as strings", () => {
  for (const [yaml, expected] of [
    ["2026-12-01T18:00:00Z", "2026-12-01 18:00:00 +0000 UTC"],
    ["2026-12-01T20:00:00+02:00", "2026-12-01 20:00:00 +0200 +0200"],
    ["2026-12-01T18:00:00-00:30", "2026-12-01 18:00:00 -0030 -0030"],
    ["2026-12-01 18:00:00", "2026-12-01 18:00:00 +0000 UTC"],
    ["2026-12-01T18:00:00.250Z", "2026-12-01 18:00:00.25 +0000 UTC"],
    ["2026-12-01T18:00:00.123456789Z", "2026-12-01 18:00:00.123456789 +0000 UTC"],
    ["2026-12-01T18:00:00,5Z", "2026-12-01 18:00:00.5 +0000 UTC"],
    ["2026-12-01", "2026-12-01 00:00:00 +0000 UTC"],
    ["2026-12-1", "2026-12-01 00:00:00 +0000 UTC"],
    ["2026-1-2T3:04:05Z", "2026-01-02 03:04:05 +0000 UTC"],
    ["2026-1-2 3:4:5", "2026-01-02 03:04:05 +0000 UTC"],
    // These are no times for it.
    ...[
      ...["2026-12-01T18:00:00", "2026-12-01 18:00:00Z", "2026-12-01 18:00:00+02:00", "2026-12-01T24:00:00Z"],
      ...["2026-12-01T18:00:00z", "2026-12-01T18:00Z", "2026-12-01T18:00:60Z", "2026-12-01T18:00:00+0200"],
      ...["2026-12-01T18:00:00.Z", "2026-12-01T18:00:00+25:00", "2026-02-30", "2026-13-01", "26-12-01"],
    ].map((text) => [text, text] as const),
    ['"2026-12-01T18:00:00Z"', "2026-12-01T18:00:00Z"],
    ["1.10", "1.1"],
    ['"1.10"', "1.10"],
    ["1.4.6", "1.4.6"],
    ["587", "587"],
    ["", ""],
    ["null", ""],
    ["~", ""],
    ['""', ""],
    ["true", "true"],
    ["false", "false"],
    ["yes", "yes"],
    ["plain text", "plain text"],
  ] as const) {
    it(`${yaml === "" ? "nothing" : yaml} becomes ${JSON.stringify(expected)}`, () => {
      assert.equal(valueOf(yaml), expected);
    });
  }
});

describe("stack file: maps and lists arrive as JSON", () => {
  for (const [yaml, expected] of [
    ["{version: 1.10}", '{"version":1.1}'],
    ['{version: "1.10"}', '{"version":"1.10"}'],
    ["{expires: 2026-12-01T18:00:00Z}", '{"expires":"2026-12-01 18:00:00 +0000 UTC"}'],
    ["{a: null, b: true, c: {d: [1, x]}}", '{"a":null,"b":true,"c":{"d":[1,"x"]}}'],
    ["[1, 1.50, a, null]", '[1,1.5,"a",null]'],
    ["{}", "{}"],
    ["[]", "[]"],
  ] as const) {
    it(`${yaml} becomes ${expected}`, () => {
      assert.equal(valueOf(yaml), expected);
    });
  }
});

describe("stack file: secrets", () => {
  const file = `encryptionsalt: v1:abc
config:
  jam-istio:kialiPassphrase:
    secure: v1:top:cipher
  jam-istio:mysql:
    external: true
    externalHostName: {secure: v1:nested:cipher}
  jam-istio:externalServices:
    - name: geo
      hosts: [geo.example.com, {secure: v1:listed:cipher}]
  jam-istio:kiali: {secure: v1:pair:cipher, enabled: true}
  jam-istio:mail: {external: false}
`;
  const raw = readStackFile(file);

  it("become a placeholder, wherever they are", () => {
    assert.deepEqual(raw.values, {
      "jam-istio:kialiPassphrase": secretPlaceholder,
      "jam-istio:mysql": JSON.stringify({ external: true, externalHostName: secretPlaceholder }),
      "jam-istio:externalServices": JSON.stringify([{ name: "geo", hosts: ["geo.example.com", secretPlaceholder] }]),
      "jam-istio:kiali": '{"secure":"v1:pair:cipher","enabled":true}',
      "jam-istio:mail": '{"external":false}',
    });
  });

  it("make their top-level key a secret one; `secure` beside another key is no secret", () => {
    assert.deepEqual(raw.secretKeys, ["jam-istio:kialiPassphrase", "jam-istio:mysql", "jam-istio:externalServices"]);
  });

  it("the placeholder passes for a signing key, too", () => {
    const parsed = parseSettings(
      readStackFile('config: {jam-istio:istio: {version: "1.30.3"}, jam-istio:kialiSigningKey: {secure: abc}}'),
      "dev701",
    );
    assert.equal("settings" in parsed ? parsed.settings.kialiSigningKey : parsed.problems.join(), secretPlaceholder);
  });

  it("the placeholder passes for a passphrase", () => {
    const parsed = parseSettings(
      readStackFile('config: {jam-istio:istio: {version: "1.4.6"}, jam-istio:kialiPassphrase: {secure: abc}}'),
      "dev701",
    );
    assert.equal("settings" in parsed ? parsed.settings.kialiPassphrase : parsed.problems.join(), secretPlaceholder);
  });
});

describe("stack file: with nothing to read", () => {
  for (const [name, text] of [
    ["an empty file", ""],
    ["a comment", "# nothing\n"],
    ["null", "null"],
    ["no config", "encryptionsalt: v1:abc\n"],
    ["an empty config", "config:\n"],
    ["a config without keys", "config: {}\n"],
  ] as const) {
    it(`${name} has no values`, () => {
      assert.deepEqual(readStackFile(text), { values: {}, secretKeys: [] });
    });
  }
});

describe("stack file: what is refused, in one line", () => {
  for (const [name, text, expected] of [
    ["a list", "- a\n- b\n", "not a stack file: a map with the key config is expected"],
    ["a string", "hello", "not a stack file: a map with the key config is expected"],
    ["a config that is a list", "config: [1, 2]", "not a stack file: config is not a map"],
    ["a config that is a string", "config: abc", "not a stack file: config is not a map"],
  ] as const) {
    it(name, () => {
      assert.equal(errorOf(text), expected);
    });
  }

  for (const [name, text] of [
    ["a list that does not end", "config: ["],
    ["a wrong indentation", "config:\n  a: 1\n b: 2\n"],
    ["a tab", "config:\n\ta: 1\n"],
    ["a key given twice", "config: {a: 1, a: 2}"],
    ["two documents", "config: {}\n---\nconfig: {}\n"],
    ["a null byte", "\u0000"],
    ["a tag that is unknown", "config: {a: !secret x}"],
    ["deep nesting", `config: ${"[".repeat(5000)}${"]".repeat(5000)}`],
  ] as const) {
    it(`${name} is no valid YAML`, () => {
      assert.match(errorOf(text), /^no valid YAML: [^\n]+$/);
    });
  }
});
