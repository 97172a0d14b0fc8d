import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableText } from "../../tools/table";
import { missingFor, repository } from "../e2e/support/engine";
import { Instance } from "../e2e/support/instance";
import { classicConfig } from "../e2e/support/lab";
import { inLab, naiveInstance } from "./engine";
import { timeline, type ProfileEvent } from "./timeline";

/** Profiles an unchanged preview; of three runs the one whose time is in the middle. */
async function profiled(instance: Instance) {
  const runs = [];
  for (const turn of [1, 2, 3]) {
    const folder = mkdtempSync(join(tmpdir(), "jam-istio-profile-"));
    const file = join(folder, String(turn));
    const env = { NODE_OPTIONS: `--require ${join(__dirname, "profile.js")}`, JAM_ISTIO_PROFILE: file };
    const began = Date.now();
    await instance.pulumiWith(env, "preview");
    const ended = Date.now();
    const lines = readFileSync(file, "utf8").trim().split("\n");
    runs.push({ events: lines.map((line) => JSON.parse(line) as ProfileEvent), began, ended });
    rmSync(folder, { recursive: true });
  }
  const [, middle] = runs.sort((a, b) => a.ended - a.began - (b.ended - b.began));
  return middle === undefined ? [] : timeline(middle.events, middle.began, middle.ended);
}

/** What the engine and its language host take alone: a program that does nothing. */
async function emptyInstance(): Promise<Instance> {
  const instance = await Instance.create("empty", {});
  for (const file of ["index.ts", "tsconfig.json", "package.json"]) rmSync(join(instance.folder, file));
  writeFileSync(join(instance.folder, "index.js"), "");
  writeFileSync(join(instance.folder, "package.json"), '{"main":"index.js"}');
  return instance;
}

/** Prints where the time of an unchanged preview goes; gives the reason where it cannot be measured. */
export async function profile(): Promise<string | undefined> {
  const reason = missingFor("1.21");
  if (reason !== undefined) return reason;
  process.chdir(repository);
  const subjects = {
    "an empty program: the engine and its language host alone": () => profileOf(emptyInstance(), false),
    "the naive program": () => inLab((lab) => profileOf(naiveInstance(lab), true)),
    "this program": () => inLab((lab) => profileOf(Instance.create("dev701", classicConfig(lab)), true)),
  };
  for (const [what, measure] of Object.entries(subjects)) {
    const rows = (await measure()).map(({ part, from, to, cpu }) => {
      const seconds = (value: number) => value.toFixed(2);
      return [part, seconds(to - from), seconds(from), seconds(to), cpu === undefined ? "" : seconds(cpu)];
    });
    process.stdout.write(`\nUnchanged preview of ${what}\n${tableText(["what", "s", "from", "to", "CPU s"], rows)}\n`);
  }
  return undefined;
}

async function profileOf(made: Promise<Instance>, deployed: boolean) {
  const instance = await made;
  if (deployed) await instance.pulumiWith({}, "up", "--yes", "--skip-preview");
  const rows = await profiled(instance);
  instance.remove();
  return rows;
}
