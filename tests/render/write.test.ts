import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rendered } from "../../render/render";
import { filesOf, holdsComplete, writeFiles } from "../../render/write";
import { filesIn, inFolder } from "../support/tinyCharts";

type Item = Rendered[number];
const object = (name: string, namespace?: string, kind = "Role"): Item => ({
  kind: "object",
  object: { apiVersion: "v1", kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } },
});
const plan = { name: "istio", chart: "istio", version: "1.4.6", repositories: ["/here/charts"], values: { a: 1 } };
const release = (...items: readonly Item[]): Item => ({
  kind: "release",
  release: { plan, objects: items.flatMap((item) => (item.kind === "object" ? [item.object] : [])) },
});
const pathsOf = (...items: readonly Item[]) => filesOf(items).map(({ path }) => path);

/** As many paths as objects, even where letters' case does not count. */
function assertUnique(paths: readonly string[], count: number): void {
  assert.equal(paths.length, count);
  assert.equal(new Set(paths.map((path) => path.toLowerCase())).size, count, paths.join(" "));
}

describe("filesOf", () => {
  it("gives a folder to each namespace, to the cluster, and to each release", () => {
    assert.deepEqual(pathsOf(object("a", "ns"), object("b"), release(object("c", "istio-system"))), [
      "cluster/Role-b.yaml",
      "ns/Role-a.yaml",
      "release-istio/Role-c.yaml",
      "release-istio/_release.yaml",
    ]);
  });

  it("objects of one name in two namespaces: two files", () => {
    const paths = pathsOf(release(object("a", "one"), object("a", "two"), object("a")));
    assertUnique(paths, 4);
    assert.ok(paths.includes("release-istio/Role-two-a.yaml"));
  });

  it("names that differ in signs or case alone: a file each, with a name for every file system", () => {
    const items = [object("a:b"), object("a/b"), object("a,b"), object("a_b"), object("A:B"), object("a b")];
    const paths = pathsOf(release(...items));
    assertUnique(paths, 7);
    for (const path of paths) assert.match(path, /^release-istio\/[\w.-]+\.yaml$/);
  });

  it("a name that looks like the way out of a clash: still a file each", () => {
    assertUnique(pathsOf(object("a_b-3"), object("a:b"), object("a/b"), object("a,b")), 4);
  });

  it("a name cannot leave its folder", () => {
    for (const path of pathsOf(object("../../etc/passwd"), object("/etc/passwd", "ns"))) {
      assert.doesNotMatch(path, /\.\.\/|^\/|\/\//);
    }
  });

  it("is sorted, and equal for equal input", () => {
    const items = [object("b"), object("a"), release(object("z"), object("c"))];
    assert.deepEqual(filesOf(items), filesOf(items));
    assert.deepEqual(pathsOf(...items), [...pathsOf(...items)].sort());
  });

  it("a release says what gets installed, not where this machine read it", () => {
    const [file, ...others] = filesOf([release()]);
    assert.deepEqual(others, []);
    const text = "name: istio\nnamespace: istio-system\nchart: istio\nversion: 1.4.6\nvalues:\n  a: 1\n";
    assert.deepEqual(file, { path: "release-istio/_release.yaml", text });
  });

  it("a release without its chart still has _release.yaml", () => {
    const missing: Item = { kind: "release", release: { plan, objects: undefined, missing: "offline" } };
    assert.deepEqual(pathsOf(missing), ["release-istio/_release.yaml"]);
  });
});

describe("writeFiles", () => {
  const file = (path: string, text = path) => ({ path, text });

  it("writes the files and an index, into a folder that it makes", () =>
    inFolder(async (folder) => {
      const out = join(folder, "new", "out");
      await writeFiles(out, [file("a/x.yaml", "x"), file("b/y.yaml", "y")]);
      assert.deepEqual(filesIn(out), [".jam-istio-files", "a/x.yaml", "b/y.yaml"]);
      assert.equal(readFileSync(join(out, "a/x.yaml"), "utf8"), "x");
    }));

  it("a later run removes what it does not write any more, and no foreign file", () =>
    inFolder(async (folder) => {
      await writeFiles(folder, [file("a/x.yaml"), file("a/y.yaml"), file("c/z.yaml")]);
      writeFileSync(join(folder, "README.md"), "mine");
      writeFileSync(join(folder, "a/mine.yaml"), "mine");
      await writeFiles(folder, [file("a/y.yaml", "new")]);
      assert.deepEqual(filesIn(folder), [".jam-istio-files", "README.md", "a/mine.yaml", "a/y.yaml"]);
      assert.equal(readFileSync(join(folder, "a/y.yaml"), "utf8"), "new");
    }));

  it("takes a folder that never was written to, with files in it", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "mine.txt"), "mine");
      await writeFiles(folder, [file("a/x.yaml")]);
      assert.deepEqual(filesIn(folder), [".jam-istio-files", "a/x.yaml", "mine.txt"]);
    }));

  it("an index with ../ or absolute paths removes nothing outside", () =>
    inFolder(async (folder) => {
      const victim = join(folder, "victim.txt");
      const out = join(folder, "out");
      mkdirSync(out);
      writeFileSync(victim, "precious");
      const lines = ["../victim.txt", "a/../../victim.txt", "./../victim.txt", victim, "..", ".."];
      writeFileSync(join(out, ".jam-istio-files"), `${lines.join("\n")}\n`);
      await writeFiles(out, [file("a/x.yaml")]);
      assert.equal(readFileSync(victim, "utf8"), "precious");
      assert.ok(existsSync(join(out, "a/x.yaml")));
    }));

  it("an index that names files already gone is no problem", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, ".jam-istio-files"), "gone/x.yaml\n\n");
      await writeFiles(folder, [file("a/x.yaml")]);
      assert.deepEqual(filesIn(folder), [".jam-istio-files", "a/x.yaml"]);
    }));

  it("an index that names a folder is no problem, and the folder's files stay", () =>
    inFolder(async (folder) => {
      mkdirSync(join(folder, "mine"));
      writeFileSync(join(folder, "mine", "note.md"), "mine");
      writeFileSync(join(folder, ".jam-istio-files"), "mine\n.\n");
      await writeFiles(folder, [file("a/x.yaml")]);
      assert.deepEqual(filesIn(folder), [".jam-istio-files", "a/x.yaml", "mine/note.md"]);
    }));

  it("a foreign file of that name is no list of files to remove", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "notes.md"), "mine");
      writeFileSync(join(folder, ".jam-istio-files"), "Contents of this folder:\nnotes.md\n");
      await writeFiles(folder, [file("a/x.yaml")]).catch(() => undefined);
      assert.ok(existsSync(join(folder, "notes.md")));
    }));
});

describe("a folder that a complete render wrote", () => {
  const file = (path: string) => ({ path, text: path });
  const release = (name: string) => [file(`release-${name}/_release.yaml`), file(`release-${name}/Role-a.yaml`)];
  const bare = file("release-istio/_release.yaml");

  for (const [name, files, expected] of [
    ["with the objects of all charts", [file("ns/a.yaml"), ...release("istio-init"), ...release("istio")], true],
    ["without those of one", [...release("istio-init"), bare], false],
    ["without those of any", [file("ns/a.yaml"), bare], false],
    ["of a stack without releases", [file("ns/a.yaml")], false],
  ] as const) {
    it(`is told ${name}: ${String(expected)}`, () =>
      inFolder(async (folder) => {
        await writeFiles(folder, files);
        assert.equal(await holdsComplete(folder), expected);
      }));
  }

  it("is none where nothing was written, or is no folder", () =>
    inFolder(async (folder) => {
      assert.equal(await holdsComplete(folder), false);
      assert.equal(await holdsComplete(join(folder, "nowhere")), false);
    }));
});
