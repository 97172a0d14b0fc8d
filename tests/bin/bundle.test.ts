import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// How the program is loaded, in a small project. That Pulumi runs it so is shown in tests/e2e.

const repository = join(__dirname, "..", "..");

describe("the program as one file", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "jam-istio-bundle-")));
  const file = (...name: string[]) => join(folder, ...name);
  /** What the entry exports, in a process of its own. */
  const load = (env: Readonly<Record<string, string>> = {}) =>
    execFileSync(process.execPath, ["-e", 'console.log(require("./bin/bundle").load("deep/entry.ts").said())'], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    }).trim();
  const bundles = () => readdirSync(file(".jam-istio", "bundle")).sort();

  beforeEach(() => {
    for (const name of ["bin", "deep"]) mkdirSync(file(name), { recursive: true });
    for (const name of ["bundle.js", "clientNode.js", "pulumiOnDemand.js"])
      copyFileSync(join(repository, "bin", name), file("bin", name));
    rmSync(file("node_modules"), { force: true });
    symlinkSync(join(repository, "node_modules"), file("node_modules"));
    rmSync(file(".jam-istio"), { recursive: true, force: true });
    writeFileSync(
      file("deep", "entry.ts"),
      'import { word } from "./other";\nexport const said = (): string => word;\n',
    );
    writeFileSync(file("deep", "other.ts"), 'export const word: string = "first";\n');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is made when it is first asked for, and holds what it imports", () => {
    assert.equal(load(), "first");
    assert.deepEqual(bundles(), ["deep-entry.js", "deep-entry.js.json"]);
  });

  it("follows every edit of a source, also of one that is only imported", () => {
    load();
    writeFileSync(file("deep", "other.ts"), 'export const word: string = "second";\n');
    assert.equal(load(), "second");
  });

  it("is not made anew while nothing changed", () => {
    const [bundle, long] = [file(".jam-istio", "bundle", "deep-entry.js"), new Date(Date.now() - 60_000)];
    for (const name of ["entry.ts", "other.ts"]) utimesSync(file("deep", name), long, long);
    load();
    const { ino } = statSync(bundle);
    assert.equal(load(), "first");
    assert.equal(statSync(bundle).ino, ino);
  });

  it("is made anew where its source had just changed: it may have been read before that", () => {
    // However long this process and the next take to begin: no time before this one counts.
    const ahead = new Date(Date.now() + 3_600_000);
    for (const name of ["entry.ts", "other.ts"]) utimesSync(file("deep", name), ahead, ahead);
    load();
    const { ino } = statSync(file(".jam-istio", "bundle", "deep-entry.js"));
    load();
    assert.notEqual(statSync(file(".jam-istio", "bundle", "deep-entry.js")).ino, ino);
  });

  it("that another run made does not go with this one's list", () => {
    load();
    writeFileSync(file(".jam-istio", "bundle", "deep-entry.js"), 'exports.said = () => "of another state";\n');
    assert.equal(load(), "first");
  });

  it("is passed over where the folder cannot be written", () => {
    writeFileSync(file(".jam-istio"), "in the way of the folder");
    assert.equal(load(), "first");
  });

  it("is passed over by JAM_ISTIO_DEBUG=1, so that a stack trace names the sources", () => {
    writeFileSync(file("deep", "other.ts"), 'export const word: string = String(new Error("x").stack);\n');
    assert.match(load({ JAM_ISTIO_DEBUG: "1" }), /deep\/other\.ts:1/);
  });

  it("says where a source has a mistake", () => {
    writeFileSync(file("deep", "other.ts"), "export const word = ;\n");
    assert.throws(load, /deep\/other\.ts:1:20: ERROR: Unexpected ";"/);
  });
});
