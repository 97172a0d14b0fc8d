"use strict";
// The program, and the command line, as one file each. Node loads it in a fraction of the time that hundreds of files take, and no TypeScript is translated.
const { execFileSync } = require("node:child_process");
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { dirname, join, relative, sep } = require("node:path");

const { partly } = require("./clientNode");

const root = join(__dirname, "..");
const packagesFolder = join(dirname(require.resolve("tsx/package.json")), "..");
// Pulumi's own packages have one instance in a process; the next is large, and needed by few runs; the last has files beside it.
const external = ["@pulumi/*", "undici", "open"];
// What changes when packages do; their files need not be looked at.
const lists = [
  join(root, "package-lock.json"),
  join(packagesFolder, ".package-lock.json"),
  join(__dirname, "bundle.js"),
  join(__dirname, "clientNode.js"),
];

/** What tells one state of a file from another. */
function stampOf(file) {
  const { mtimeMs, size } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return mtimeMs === undefined ? "none" : `${mtimeMs} ${size}`;
}

const stampsOf = (files) => Object.fromEntries(files.map((file) => [file, stampOf(file)]));

/** Whether every source is as it was when the bundle was made. */
function isFresh(listFile) {
  try {
    const stamps = JSON.parse(readFileSync(listFile, "utf8"));
    return Object.entries(stamps).every(([file, stamp]) => stampOf(file) === stamp);
  } catch {
    return false;
  }
}

/** Writes a file at once: another run may read it meanwhile. Gives its stamp. */
function write(file, content) {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, content);
  const stamp = stampOf(part);
  renameSync(part, file);
  return stamp;
}

async function make(entry, file) {
  // Before the sources are read: what changes meanwhile, or has just changed, counts as changed.
  const began = Date.now();
  const before = stampsOf(lists);
  const stampOfSource = (name) => (statSync(name).mtimeMs > began - 2000 ? "just changed" : stampOf(name));
  const { outputFiles, metafile } = await require("esbuild").build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    write: false,
    metafile: true,
    external,
    plugins: [partly],
    logLevel: "silent",
  });
  const sources = Object.keys(metafile.inputs)
    .filter((name) => !name.startsWith(`${partly.name}:`))
    .map((name) => join(root, name))
    .filter(
      (name) => !relative(packagesFolder, name).split(sep).includes("node_modules") && !name.startsWith(packagesFolder),
    );
  mkdirSync(dirname(file), { recursive: true });
  const stamps = Object.fromEntries(sources.map((name) => [name, stampOfSource(name)]));
  for (const { path, contents } of outputFiles) {
    const stamp = write(path, contents);
    // Another run may make one, too: a list goes with its own bundle alone.
    write(`${file}.json`, JSON.stringify({ ...before, ...stamps, [path]: stamp }));
  }
}

/**
 * Loads a TypeScript file with all that it imports: from its bundle, which is made anew whenever a source is newer; as it is where
 * none can be made, and with JAM_ISTIO_DEBUG=1, for stack traces that name the sources. (Pulumi takes a trace at each resource:
 * a source map would be read by every run, for half a second.)
 * @param entry from the project's folder
 */
exports.load = (entry) => {
  require("./pulumiOnDemand").loadOnDemand();
  const asItIs = () => {
    require("tsx/cjs");
    return require(join(root, entry));
  };
  if (process.env["JAM_ISTIO_DEBUG"] === "1") return asItIs();
  const file = join(root, ".jam-istio", "bundle", `${entry.replace(/\.ts$/, "").replaceAll("/", "-")}.js`);
  try {
    // In a process of its own: this one cannot wait for what is not done at once.
    if (!isFresh(`${file}.json`)) execFileSync(process.execPath, [module.filename, entry, file], { stdio: "ignore" });
  } catch {
    // A folder that cannot be written, or a mistake in a source: that, its loader says better.
    return asItIs();
  }
  return require(file);
};

if (require.main === module) {
  const [entry, file] = process.argv.slice(2);
  make(entry, file).catch(() => {
    process.exitCode = 1;
  });
}
