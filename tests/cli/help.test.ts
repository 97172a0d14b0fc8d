import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio, projectRoot } from "../support/command";

// What the command says of itself, as a person asks it.

const help = async (path: readonly string[]) => {
  const { code, stdout } = await jamIstio([...path, "--help"]);
  assert.equal(code, 0, path.join(" "));
  return stdout;
};

/** Names of the commands below one, of its help. */
const below = (text: string) =>
  [...(text.split("\nCommands:\n")[1] ?? "").matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");

async function helpOfAll(path: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const text = await help(path);
  const more: (readonly [string, string])[] = [];
  for (const name of below(text)) more.push(...(await helpOfAll([...path, name])));
  return [[path.join(" "), text], ...more];
}

describe("the command's help", () => {
  let all: readonly (readonly [string, string])[] = [];
  before(async () => {
    all = await helpOfAll([]);
  });

  it("has an example and the exit codes in every command", () => {
    assert.deepEqual(
      all.map(([name]) => name).filter((name) => /^(|up|preview|down|mesh|mesh status|lab|lab env)$/.test(name)),
      ["", "up", "preview", "down", "mesh", "mesh status", "lab", "lab env"],
    );
    for (const [name, text] of all) {
      assert.match(text, /^Example: .*(npm run|npx jam-istio)/m, name);
      assert.match(text, /^Exit codes: /m, name);
    }
  });

  it("is as wide as a terminal of 80 columns; an example stays in one line", () => {
    for (const [name, text] of all) {
      const wide = text.split("\n").filter((line) => line.length > 80);
      assert.deepEqual(
        wide.filter((line) => !/^(Example:| )/.test(line)),
        [],
        name,
      );
    }
  });

  it("--version is that of the package", async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };
    const { code, stdout } = await jamIstio(["--version"]);
    assert.deepEqual([code, stdout], [0, `${version}\n`]);
  });
});
