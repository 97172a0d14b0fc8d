import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

// What of the Kubernetes client is in the bundle. That it reaches a cluster from there is shown in tests/e2e.

// eslint-disable-next-line @typescript-eslint/no-require-imports -- plain JavaScript, without types
const { loaded } = require("../../bin/clientNode") as { readonly loaded: readonly string[] };
const repository = join(__dirname, "..", "..");

describe("the Kubernetes client in the bundle", () => {
  it("has all that the program loads when it reaches a cluster", () => {
    const files = execFileSync(
      "git",
      ["grep", "-l", "--fixed-strings", 'import("@kubernetes/client-node")', "--", "*.ts"],
      {
        cwd: repository,
        encoding: "utf8",
      },
    );
    const found = files
      .trim()
      .split("\n")
      .filter((file) => !file.startsWith("tests/"))
      .flatMap((file) => [
        ...readFileSync(join(repository, file), "utf8").matchAll(
          /(\S.*) = await import\("@kubernetes\/client-node"\)/g,
        ),
      ])
      .map(([, names = ""]) => names);
    assert.deepEqual([...new Set(found)].sort(), loaded.map((name) => `const { ${name} }`).sort());
  });
});
