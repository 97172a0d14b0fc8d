import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLocation, readStack, stackNames } from "../../cli/stack/stackFile";
import { UserError } from "../../cli/terminal/userError";

// Files as a person writes them, in a folder of their own. Which settings are right is shown by tests/config.

describe("where an instance is, from its stack file", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-stack-file-"));
  const write = (text: string) => {
    writeFileSync(join(folder, "Pulumi.dev701.yaml"), text);
  };
  const config = (...lines: readonly string[]) => {
    write(["config:", ...lines.map((line) => `  jam-istio:${line}`)].join("\n"));
  };
  const placeOf = ({ place }: ReturnType<typeof readLocation>) => ({
    namespace: place.namespace,
    context: place.kubernetes.context,
    kubeconfig: place.kubernetes.kubeconfig,
  });
  const here = { namespace: "shop", context: "c", kubeconfig: "/k" };
  const [version, namespace] = ['istio: { version: "1.30.3" }', "namespace: shop"];
  const kubernetes = "kubernetes: { context: c, kubeconfig: /k }";
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is told with all settings where nothing is wrong", () => {
    config(version, namespace, kubernetes);
    const found = readLocation("dev701", folder);
    assert.deepEqual(found, { place: found.settings, settings: readStack("dev701", folder) });
    assert.deepEqual(placeOf(found), here);
  });

  for (const [name, lines, problem] of [
    ["the version is missing", [], /jam-istio:istio/],
    ["the version is none", ['istio: { version: "1.7.0" }'], /jam-istio:istio\.version/],
    ["a key is unknown", [version, "isto: { a: 1 }"], /jam-istio:isto/],
    ["a key is there twice", [version, "mail: {}", "config:mail: {}"], /jam-istio:mail: is there twice/],
    [
      "faults have no end",
      [version, "faultInjection: { enabled: true, faults: [{ type: x }] }"],
      /jam-istio:faultInjection/,
    ],
    ["a secret cannot be decrypted here", ["kialiPassphrase: { secure: AAAA }", "istio: 3"], /jam-istio:istio/],
  ] as const) {
    it(`is told whatever else is wrong: ${name}`, () => {
      config(...lines, namespace, kubernetes);
      const found = readLocation("dev701", folder);
      assert.deepEqual([placeOf(found), found.settings], [here, undefined]);
      assert.match(found.problems ?? "", problem);
    });
  }

  it("has the defaults where the file says nothing of it", () => {
    const nowhere = { namespace: "dev701", context: undefined, kubeconfig: undefined };
    for (const text of ["", "config:\n", "config: { other:key: 1 }"]) {
      write(text);
      assert.deepEqual(placeOf(readLocation("dev701", folder)), nowhere);
    }
  });

  for (const [name, text, reason] of [
    ["its namespace is wrong", "config: { jam-istio:namespace: Not_A_Name }", /jam-istio:namespace/],
    ["its context is wrong", "config: { jam-istio:kubernetes: { context: [1] } }", /jam-istio:kubernetes\.context/],
    [
      "its prefix is wrong",
      "config: { jamistio:kubernetes: { context: c } }",
      /jam-istio:kubernetes: "jamistio:kubernetes" is not read/,
    ],
    ["its context stands too high", "config:\n  kubernetes:\n  context: c\n", /jam-istio:kubernetes: is empty/],
    ["it is there twice", "config: { namespace: a, jam-istio:namespace: b }", /jam-istio:namespace: is there twice/],
    ["it may stand beside config", "config: { jam-istio:mail: {} }\nconfg: {}", /"confg" is not read/],
    ["there is no config", "Config: {}", /^Pulumi\.dev701\.yaml: not a stack file: there is no "config:"/],
    ["the file is no YAML", "config: [", /^Pulumi\.dev701\.yaml: no valid YAML/],
    ["the file is a list", "[]", /^Pulumi\.dev701\.yaml: not a stack file/],
  ] as const) {
    it(`is not guessed where ${name}`, () => {
      write(text);
      assert.throws(
        () => readLocation("dev701", folder),
        (error: unknown) => error instanceof UserError && reason.test(error.message),
      );
    });
  }

  it("is told although something else stands beside config", () => {
    write("config: { jam-istio:namespace: shop }\nmail: { external: true }\nencryptionsalts: x\n");
    const found = readLocation("dev701", folder);
    assert.equal(found.place.namespace, "shop");
    assert.match(found.problems ?? "", /"mail" stands beside "config:"/);
  });

  it("of a stack without a file is refused, with those that have one", () => {
    const bare = mkdtempSync(join(tmpdir(), "jam-istio-stack-file-"));
    const why = (wanted: RegExp) => (error: unknown) => error instanceof UserError && wanted.test(error.message);
    assert.throws(() => readLocation("a", bare), why(/^there is no Pulumi\.a\.yaml\. Stacks with a file: none$/));
    for (const name of ["b", "a.b"]) writeFileSync(join(bare, `Pulumi.${name}.yaml`), "");
    writeFileSync(join(bare, "Pulumi.yaml"), "");
    assert.deepEqual(stackNames(bare), ["a.b", "b"]);
    assert.throws(() => readLocation("../b", bare), why(/Stacks with a file: a\.b, b$/));
    rmSync(bare, { recursive: true });
  });
});
