// What Pulumi's parser does with merge keys is shown by tests/e2e/config.test.ts, with the engine.
import assert from "node:assert/strict";
import { readStackFile } from "../../config/raw";
import { parseManifest } from "../../render/objects";

const valueOf = (lines: string) => {
  const text = readStackFile(
    `x-base: &base {external: true, externalHostName: a.example.com}\nconfig:\n  a:b: ${lines}\n`,
  );
  return JSON.parse(text.values["a:b"] ?? "null") as unknown;
};

describe("stack file: merge keys", () => {
  const base = { external: true, externalHostName: "a.example.com" };
  for (const [yaml, expected] of [
    ["{<<: *base}", base],
    ["{<<: *base, external: false}", { ...base, external: false }],
    ["{external: false, <<: *base}", { ...base, external: false }],
    ["{<<: [{external: 1}, *base]}", { ...base, external: 1 }],
    ["{c: {<<: *base}}", { c: base }],
    ["{c: <<}", { c: "<<" }],
  ] as const) {
    it(`${yaml} becomes ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(valueOf(yaml), expected);
    });
  }

  it("below config itself, too", () => {
    const text = 'x: &x {jam-istio:production: true}\nconfig: {<<: *x, jam-istio:istio: {version: "1.4.6"}}';
    assert.deepEqual(readStackFile(text).values, {
      "jam-istio:production": "true",
      "jam-istio:istio": '{"version":"1.4.6"}',
    });
  });

  it("what is no map cannot be merged", () => {
    for (const yaml of ["{<<: 1}", "{<<: }", "{<<: [1]}"])
      assert.throws(() => valueOf(yaml), /^Error: no valid YAML: /);
  });
});

describe("aliases of aliases", () => {
  /** Ten times as much with each level. */
  const bomb = (levels: number, leaf: string) =>
    [
      `a0: &a0 [${Array.from({ length: 10 }, () => leaf).join(", ")}]`,
      ...Array.from({ length: levels }, (_, at) => {
        const alias = `*a${String(at)}`;
        return `a${String(at + 1)}: &a${String(at + 1)} [${Array.from({ length: 10 }, () => alias).join(", ")}]`;
      }),
    ].join("\n");
  const tooLong = "with every alias (*name) written out it is longer than 4000000 characters";
  const timed = (work: () => void) => {
    const begin = performance.now();
    work();
    assert.ok(performance.now() - begin < 1000, "at once");
  };

  for (const [name, text] of [
    [
      "seven levels",
      `config:\n  jam-istio:istio:\n    version: "1.4.6"\n    values:\n${bomb(7, "x").replace(/^/gm, "      ")}`,
    ],
    ["a hundred levels", `${bomb(99, "x")}\nconfig: {jam-istio:istio: *a99}`],
    ["a long text, a thousand times", `x: &x ${"x".repeat(10_000)}\n${bomb(2, "*x")}\nconfig: {jam-istio:istio: *a2}`],
  ] as const) {
    it(`${name}: one line, at once`, () => {
      timed(() => {
        assert.throws(() => readStackFile(text), { message: tooLong });
      });
    });
  }

  it("outside of config they are never written out, and Helm's output is bounded alike", () => {
    timed(() => {
      assert.deepEqual(readStackFile(`${bomb(20, "x")}\nconfig: {a:b: 1}`).values, { "a:b": "1" });
      const object = `kind: A\nmetadata: {name: a}\n${bomb(20, "x")}`;
      assert.throws(() => parseManifest(object), { message: `Helm's output is no YAML: ${tooLong}` });
    });
  });

  it("a chain of a thousand anchors, each in the next, is one line", () => {
    const chain = Array.from({ length: 1000 }, (_, at) => `a${String(at + 1)}: &a${String(at + 1)} [*a${String(at)}]`);
    assert.throws(() => readStackFile(`a0: &a0 1\n${chain.join("\n")}\nconfig: {a:b: *a1000}`), {
      message: "an anchor contains itself, or it is nested too deeply",
    });
  });

  it("a part that many keys share is read", () => {
    const shared = Array.from({ length: 200 }, (_, at) => `  a:k${String(at)}: *part`).join("\n");
    const { values } = readStackFile(
      `x: &part {${Array.from({ length: 50 }, (_, at) => `k${String(at)}: text`).join(", ")}}\nconfig:\n${shared}`,
    );
    assert.equal(Object.keys(values).length, 200);
  });
});
