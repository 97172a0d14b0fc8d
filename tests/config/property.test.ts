/*
 * Random configs. They prove that nothing throws and that the answer has its form, not that the rules are right: the
 * tables beside this file do that.
 */
import fc from "fast-check";
import assert from "node:assert/strict";
import { parseSettings } from "../../config/parse";
import { readStackFile } from "../../config/raw";
import { serviceEntries } from "../../mesh/install/serviceEntries";
import { sections } from "../../settings/schema";
import { classic, rawOf } from "./config";

const keys = Object.keys(sections);
const breaks = fc.constantFrom("\n", "\r", "\u2028", "\u0085", "\u0000", "a", ".");
const name = fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.string({ unit: breaks, maxLength: 6 }));
// Ends of lines for any program that reads them.
const line = /^jam-istio:[^\n\r\u0085\u2028\u2029]+$/;
const innerKeys = [
  "version",
  "values",
  "external",
  "externalHostName",
  "faults",
  "type",
  "hosts",
  "ports",
  "__proto__",
];
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

const odd = fc.constantFrom(
  ...["NaN", "Infinity", "-0", "1e999", "null", "true", "undefined", "{}", "[]", "[null]", '"', "{bad", "\u0000"],
  '{"__proto__":{"version":"1.4.6"}}',
  '{"constructor":1,"toString":null}',
  '{"version":1.1}',
  `{"version":"1.4.6","values":{"a":${nested(5000, "[", "]")}}}`,
  nested(20_000, "[", "]"),
  nested(20_000, '{"a":', "}").replace('{"a":}', '{"a":1}'),
  "x".repeat(200_000),
  JSON.stringify({ version: "9".repeat(100_000) }),
);
const jsonText = fc
  .letrec<{ value: unknown; map: object; list: unknown[] }>((tie) => ({
    value: fc.oneof({ depthSize: "small" }, fc.jsonValue(), odd, tie("map"), tie("list")),
    map: fc.dictionary(fc.oneof(fc.constantFrom(...innerKeys, ...keys), name), tie("value"), { maxKeys: 5 }),
    list: fc.array(tie("value"), { maxLength: 4 }),
  }))
  .value.map((value) => JSON.stringify(value));
const anyText = fc.oneof(fc.string({ unit: "binary" }), jsonText, odd);
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...keys).map((name) => `jam-istio:${name}`) },
  fc.constantFrom("__proto__", "jam-istio:__proto__", "jam-istio:", "constructor", "aws:region"),
  name.map((text) => `jam-istio:${text}`),
  name,
);
const raw = fc.record({
  values: fc.array(fc.tuple(key, anyText), { maxLength: 12 }).map((pairs) => Object.fromEntries(pairs)),
  secretKeys: fc.array(key, { maxLength: 3 }),
});

const service = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((name) => !["mysql", "bucket", "smtp"].includes(name)),
  host: fc.stringMatching(/^[a-z]{1,8}$/),
  numbers: fc.uniqueArray(fc.integer({ min: 1, max: 65535 }), { minLength: 1, maxLength: 4 }),
});
const services = fc.uniqueArray(service, { maxLength: 6, selector: ({ name }) => name }).map((list) =>
  list.map(({ name, host, numbers }, index) => ({
    name,
    hosts: [`${host}.${name}.example.com`],
    ports: numbers.map((number, at) => ({ number, protocol: ["TCP", "HTTP", "TLS"][at % 3] })),
    // An address each, so that any port can be shared.
    addresses: [`10.0.${String(index)}.1`],
  })),
);

describe("settings: properties", () => {
  it("any config gives settings or one-line problems, and throws nothing", () => {
    fc.assert(
      fc.property(raw, anyText, (config, stack) => {
        const parsed = parseSettings(config, stack);
        if ("settings" in parsed) {
          assert.equal("problems" in parsed, false);
          assert.equal(parsed.settings.stack, stack);
          return;
        }
        assert.ok(parsed.problems.length > 0);
        for (const problem of parsed.problems) assert.match(problem, line);
      }),
      { numRuns: 1500 },
    );
  });

  it("no part of a secret is in a problem line", () => {
    const secret = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom("Ж", "Щ", "7", "\n") });
    fc.assert(
      fc.property(secret, fc.constantFrom(...keys), (text, name) => {
        const value = `Ж${text}Щ`;
        const isText = ["kialiPassphrase", "kialiSigningKey"].includes(name);
        const config = rawOf({ ...classic, [name]: isText ? value : { nested: value } }, [name]);
        const parsed = parseSettings(config, "dev701");
        const shown = "problems" in parsed ? parsed.problems.join("") : "";
        assert.doesNotMatch(shown, /[ЖЩ]/);
      }),
    );
  });

  it("valid external services in any order give entries with unique names and ports", () => {
    fc.assert(
      fc.property(
        services.chain((list) => fc.shuffledSubarray(list, { minLength: list.length })),
        (list) => {
          const parsed = parseSettings(rawOf({ ...classic, externalServices: list }), "dev701");
          if ("problems" in parsed) assert.fail(parsed.problems.join(" | "));
          const entries = serviceEntries(parsed.settings);
          const names = entries.map(({ name }) => name);
          assert.deepEqual(
            names,
            list.map(({ name }) => name),
          );
          assert.equal(new Set(names).size, names.length);
          for (const { spec } of entries) {
            assert.equal(new Set(spec.ports.map((port) => port.name)).size, spec.ports.length);
            assert.equal(new Set(spec.ports.map((port) => port.number)).size, spec.ports.length);
          }
        },
      ),
    );
  });
});

describe("stack file: properties", () => {
  const yaml = fc.oneof(
    fc.string({ unit: "binary" }),
    jsonText,
    jsonText.map((text) => `config: ${text}`),
    fc
      .array(
        fc.constantFrom(
          "config:",
          " ",
          "  ",
          "\n",
          "- ",
          "jam-istio:istio:",
          "{",
          "}",
          "[",
          "]",
          "&a ",
          "*a",
          "&a [*a]",
          "&a {b: *a}",
          "|",
          "%",
          "!",
          "#",
          '"',
          "1.10",
          "2026-12-01",
        ),
      )
      .map((parts) => parts.join("")),
  );

  it("any text is read, or refused with one line of its own", () => {
    fc.assert(
      fc.property(yaml, (text) => {
        try {
          const { values, secretKeys } = readStackFile(text);
          for (const value of Object.values(values)) assert.equal(typeof value, "string");
          for (const secret of secretKeys) assert.ok(secret in values);
        } catch (error) {
          assert.match(
            error instanceof Error ? error.message : "no Error",
            /^((no valid YAML|not a stack file): [^\n]+|an anchor contains itself, or it is nested too deeply)$/,
          );
        }
      }),
      { numRuns: 1500 },
    );
  });
});
