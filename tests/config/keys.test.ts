/** What a person reads whose keys stand in the wrong place, or have a mistake in them: the lines from a stack file's text. */
import assert from "node:assert/strict";
import { parseSettings } from "../../config/parse";
import { readStackFile } from "../../config/raw";

const istio = 'jam-istio:istio: {version: "1.4.6"}';
const database = "{external: true, externalHostName: db.example.com}";
const example = 'A stack file begins like this: config: {jam-istio:istio: {version: "1.30.3"}}';

function problemsOf(text: string): readonly string[] {
  const parsed = parseSettings(readStackFile(text), "dev701");
  return "problems" in parsed ? parsed.problems : [];
}
const config = (...lines: readonly string[]) => ["config:", ...lines.map((line) => `  ${line}`)].join("\n");

function refused(text: string): string {
  try {
    readStackFile(text);
  } catch (error) {
    return error instanceof Error ? error.message : "no Error";
  }
  return "read";
}

describe("stack file: the prefix of a key", () => {
  const notRead = (key: string, prefix: string) =>
    `"${key}" is not read: there is no prefix "${prefix}", the nearest one is "jam-istio"`;

  for (const prefix of ["jamistio", "jam_istio", "Jam-Istio", "jam-isto", "jam-istoi", "jam-istio2", "jam istio"]) {
    it(`${prefix} is refused, with the nearest one`, () => {
      const line = `jam-istio:mysql: ${notRead(`${prefix}:mysql`, prefix)}`;
      assert.deepEqual(problemsOf(config(istio, `${prefix}:mysql: ${database}`)), [line]);
    });
  }

  it("a section whose prefix is wrong is not reported as missing, too", () => {
    assert.deepEqual(problemsOf(config('jamistio:istio: {version: "1.4.6"}')), [
      `jam-istio:istio: ${notRead("jamistio:istio", "jamistio")}`,
    ]);
  });

  it("both forms: what is wrong in the section that is read is said as well", () => {
    assert.deepEqual(problemsOf(config(istio, "jamistio:mail: {}", "jam-istio:mail: {external: 1}")), [
      `jam-istio:mail: ${notRead("jamistio:mail", "jamistio")}`,
      "jam-istio:mail.external: 1 is not allowed. Allowed: true or false",
    ]);
  });

  for (const key of ["aws:region", "random:seed", "pulumi:tags", "my-istio-team:mysql", "istio:version", "jam:x"]) {
    it(`${key} is somebody else's and left alone, as Pulumi does`, () => {
      assert.deepEqual(problemsOf(config(istio, `${key}: x`)), []);
    });
  }
});

describe("stack file: a key without a prefix", () => {
  it("is the project's own, as for Pulumi; so is the old form with config in the middle", () => {
    const values = { "jam-istio:istio": '{"version":"1.4.6"}', "jam-istio:production": "true", "aws:region": "x" };
    for (const lines of [
      ['istio: {version: "1.4.6"}', "production: true", "aws:region: x"],
      ['jam-istio:config:istio: {version: "1.4.6"}', "production: true", "aws:config:region: x"],
    ])
      assert.deepEqual(readStackFile(config(...lines)).values, values);
  });

  it("is read as a secret, too", () => {
    assert.deepEqual(readStackFile(config("kialiPassphrase: {secure: abc}")).secretKeys, ["jam-istio:kialiPassphrase"]);
  });

  it("an unknown one is refused like one with a prefix", () => {
    const [line = "", ...others] = problemsOf(config(istio, "mysqll: {}"));
    assert.deepEqual(others, []);
    assert.match(line, /^jam-istio:mysqll: unknown key "mysqll", the nearest known one is "mysql"/);
  });

  it("beside the same key with its prefix is refused: Pulumi takes either", () => {
    const twice = 'is there twice, as "mysql" and as "jam-istio:mysql": Pulumi takes one of them by chance; remove one';
    for (const other of ["mysql", "jam-istio:config:mysql"])
      assert.deepEqual(problemsOf(config(istio, `jam-istio:mysql: ${database}`, `${other}: {external: false}`)), [
        `jam-istio:mysql: ${twice}`,
      ]);
    assert.deepEqual(problemsOf(config(istio, "aws:region: a", "aws:config:region: b")), []);
  });
});

describe("stack file: a key one level too high", () => {
  const beside = (section: string, key: string) =>
    `jam-istio:${section}: is empty, and "${key}" stands beside it, where nothing reads it: indent it further than ` +
    `"jam-istio:${section}:", so that it stands below`;

  it("the version beside jam-istio:istio", () => {
    assert.deepEqual(problemsOf(config("jam-istio:istio:", 'version: "1.4.6"')), [beside("istio", "version")]);
    assert.deepEqual(problemsOf(config("jam-istio:istio:", 'jam-istio:version: "1.4.6"')), [
      beside("istio", "version"),
    ]);
  });

  it("several keys, and of a section that may be absent", () => {
    assert.deepEqual(problemsOf(config(istio, "mysql:", "external: true", "externalHostName: db.example.com")), [
      beside("mysql", "external"),
      beside("mysql", "externalHostName"),
    ]);
  });

  it("a key that no empty section has is an unknown one", () => {
    assert.match(problemsOf(config(istio, "mail:", "version: 1")).join(), /^jam-istio:version: unknown key "version"/);
  });
});

describe("stack file: what stands beside config", () => {
  it("a key of Pulumi's with a mistake in it is refused, with the nearest one", () => {
    for (const [key, nearest] of [
      ["confg", "config"],
      ["Config", "config"],
      ["configs", "config"],
      ["encryptionSalt", "encryptionsalt"],
    ] as const)
      assert.deepEqual(problemsOf(`${config(istio)}\n${key}: {a: 1}\n`), [
        `"${key}" is not read, the nearest known key of a stack file is "${nearest}"`,
      ]);
  });

  it("a setting is refused, beside whatever else is wrong", () => {
    const way = "indent it, so that it stands below; if it only holds an anchor, give it another name";
    for (const key of ["mysql", "jam-istio:mysql"])
      assert.deepEqual(problemsOf(`${config(istio, "production: maybe")}\n${key}: ${database}\n`), [
        `"${key}" stands beside "config:", where nothing reads it: ${way}`,
        'jam-istio:production: "maybe" is not allowed. Allowed: true or false',
      ]);
    assert.match(
      refused(`config:\njam-istio:istio:\n  version: "1.4.6"\n`),
      /^not a stack file: config is empty; "jam-istio:istio" stands beside "config:", where nothing reads it: indent it/,
    );
  });

  it("anything else is left alone, as Pulumi does", () => {
    const others =
      "encryptionsalt: v1:abc\nsecretsprovider: awskms://a\nenvironment: [a]\nx-database: &db {external: false}";
    assert.deepEqual(problemsOf(`${others}\n${config(istio, "mysql: *db")}`), []);
  });
});

describe("stack file: without config", () => {
  for (const [name, text, found] of [
    ["Config", `Config: {${istio}}`, '"Config"'],
    ["confg", `confg: {${istio}}`, '"confg"'],
    ["a setting", istio, '"jam-istio:istio"'],
    [
      "the values of a chart",
      "global: {tag: 1}\ngateways: {}\nmysql: {}\na: 1\nb: 2\nc: 3",
      '"global", "gateways", "mysql", "a", "b", …',
    ],
    ["a key with a line break", '"a\\n b": 1', '"a b"'],
  ] as const) {
    it(`${name} alone: it says what is there and how a stack file looks`, () => {
      assert.equal(refused(text), `not a stack file: there is no "config:" at its top, only ${found}. ${example}`);
    });
  }

  it("the umbrella chart's values: it says what makes a stack file of them", () => {
    assert.equal(
      refused("jam: {namespace: dev701}\nistio: {}"),
      'not a stack file: there is no "config:" at its top, only "jam", "istio". Of old Helm values one is made by: npx jam-istio ' +
        "import-values <files>",
    );
  });

  for (const text of ["", "config:\n", "config: {}", "encryptionsalt: v1:abc\n", "config: {aws:region: x}"]) {
    it(`${JSON.stringify(text)}: all is missing, in one line`, () => {
      assert.deepEqual(problemsOf(text), [
        `jam-istio:istio: missing, as is every other key: the stack file has no "config:", or no key of jam-istio in it. ${example}`,
      ]);
    });
  }

  it("the example is a stack file without problems", () => {
    assert.deepEqual(problemsOf(example.slice(example.indexOf("config:"))), []);
  });
});

describe("stack file: a secret below another key", () => {
  const text =
    "holds a secret. Only kialiPassphrase, kialiSigningKey and chartCredentials can be one: everything else is seen in the cluster in clear";
  it("is named with its place, each of them", () => {
    const hosts = "externalServices: [{name: geo, hosts: [a.example.com, {secure: v1:b}]}]";
    assert.deepEqual(
      problemsOf(
        config(istio, "mysql: {external: true, externalHostName: {secure: v1:a}}", hosts, "mail: {secure: v1:c}"),
      ),
      ["mysql.externalHostName", "mail", "externalServices[0].hosts[1]"].map((path) => `jam-istio:${path}: ${text}`),
    );
  });
});
