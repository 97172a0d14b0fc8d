import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

// Each in a process of its own: what is loaded once stays loaded.

const repository = join(__dirname, "..", "..");

const run = (code: string, env: NodeJS.ProcessEnv = {}) =>
  execFileSync(process.execPath, ["-e", `const sdk = require("./bin/pulumiOnDemand"); sdk.loadOnDemand();${code}`], {
    cwd: repository,
    encoding: "utf8",
    env: { ...process.env, JAM_ISTIO_DEBUG: undefined, ...env },
  }).trim();

const slow = "Object.keys(require.cache).filter((file) => /(typescript|@npmcli.arborist).lib/.test(file)).length";

describe("the SDK of Pulumi", () => {
  it("is loaded without the compiler and npm's package trees", () => {
    assert.equal(run(`require("@pulumi/pulumi"); require("@pulumi/kubernetes"); console.log(${slow})`), "0");
  });

  it("still writes a function into text for whoever asks for it, and loads the compiler then", () => {
    const [text, loaded] = run(
      `const { runtime } = require("@pulumi/pulumi");
      runtime.serializeFunction(() => "as asked").then(({ text }) => console.log(JSON.stringify([text, ${slow} > 0])))`,
    )
      .split("\n")
      .map((line) => JSON.parse(line) as [string, boolean])[0] ?? ["", false];
    assert.match(text, /return "as asked"|"as asked"/);
    assert.equal(loaded, true);
  });

  it("tells the engine no lines of the bundle, but for JAM_ISTIO_DEBUG=1; and loads no more by that", () => {
    // What a resource's constructor asks for.
    const lines = `sdk.tellNoLines(); console.log(require("@pulumi/pulumi").Resource.stackTrace(0).length > 0, ${slow});`;
    assert.equal(run(lines), "false 0");
    assert.equal(run(lines, { JAM_ISTIO_DEBUG: "1" }), "true 0");
  });

  it("still finds the packages of a program", () => {
    const kinds = run(
      `require("@pulumi/pulumi").runtime.computeCodePaths().then((paths) => console.log(paths.size > 0), console.log)`,
    );
    assert.equal(kinds, "true");
  });
});
