import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../tools/run";
import { tableText } from "../../tools/table";
import { compare, ratiosOf, type Ratio } from "./compare";
import { engineRows, manyRows } from "./engine";
import { fleetRows } from "./fleet";
import { operateRows } from "./operate";
import { manyServices, measured, threeTimes, type Measured } from "./measured";
import { notesRows } from "./notes";
import { profile } from "./profile";
import { rolloutRows } from "./rollout";
import { chartRoot } from "../e2e/support/engine";
import { messageOf } from "../../tools/errors";

async function renderRows(): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-bench-"));
  const bin = join(__dirname, "..", "..", "bin", "jam-istio.js");
  writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
  const rows: Measured[] = [];
  for (const count of [1, 50, 500]) {
    const istio = { version: "1.4.6", controlPlane: "shared" };
    const config = { "jam-istio:istio": istio, "jam-istio:externalServices": manyServices(count) };
    writeFileSync(join(folder, "Pulumi.bench.yaml"), JSON.stringify({ config }));
    const once = () =>
      measured((env) =>
        mustRun(process.execPath, [bin, "render", "bench"], {
          seconds: 300,
          cwd: folder,
          env: { ...process.env, ...env },
        }),
      );
    // The first makes the bundle, where a source is newer.
    if (count === 1) await once();
    const against = count === 1 ? {} : { against: "render, 1 external service(s)" };
    rows.push({ what: `render, ${String(count)} external service(s)`, ...(await threeTimes(once)), ...against });
  }
  const charts = chartRoot();
  if (charts !== undefined) {
    const args = [bin, "render", "dev701", "--charts", charts, "--out", join(folder, "rendered")];
    const once = () =>
      measured((env) => mustRun(process.execPath, args, { seconds: 300, env: { ...process.env, ...env } }));
    const what = "render, classic stack of 97 objects with its charts";
    rows.push({ what, ...(await threeTimes(once)), against: "render, 1 external service(s)", aim: "1.5 s" });
  }
  rmSync(folder, { recursive: true });
  return rows;
}

function print(rows: readonly Measured[]): void {
  const lines = rows.map(({ what, seconds, megabytes, against, aim }) => {
    const base = rows.find((other) => other.what === against)?.seconds;
    const ratio = base === undefined ? "" : (seconds / base).toFixed(2);
    const memory = megabytes === undefined || Number.isNaN(megabytes) ? "" : megabytes.toFixed(0);
    return [what, seconds.toFixed(2), memory, ratio, against ?? "", aim ?? ""];
  });
  process.stdout.write(`${tableText(["what", "s", "MB", "ratio", "against", "aim"], lines)}\n`);
}

/** The table that runs are compared with: ratios of one run of everything, on an idle machine. */
const keptFile = join(__dirname, "kept.json");

function printCompared(rows: readonly Measured[]): void {
  const compared = compare(ratiosOf(rows), JSON.parse(readFileSync(keptFile, "utf8")) as Ratio[]);
  const shown = (value: number | undefined) => value?.toFixed(2) ?? "";
  const lines = compared.map((one) => [one.what, one.against, shown(one.kept), shown(one.ratio), one.verdict]);
  process.stdout.write(`\n${tableText(["what", "against", "kept", "now", ""], lines)}\n`);
  const worse = compared.filter(({ verdict }) => verdict === "worse").map(({ what }) => what);
  process.stdout.write(`${worse.length === 0 ? "nothing got worse" : `got worse: ${worse.join("; ")}`}\n`);
  if (worse.length > 0) process.exitCode = 3;
}

/** Keeps the ratios of a run; those of parts that were not measured stay. */
function keep(rows: readonly Measured[]): void {
  const now = ratiosOf(rows);
  const before = JSON.parse(readFileSync(keptFile, "utf8")) as Ratio[];
  const others = before.filter(({ what }) => !now.some((one) => one.what === what));
  writeFileSync(keptFile, `${JSON.stringify([...now, ...others], undefined, 2)}\n`);
}

const parts = {
  ...{ render: renderRows, rollout: rolloutRows, operate: operateRows },
  ...{ engine: engineRows, many: manyRows, notes: notesRows, fleet: fleetRows },
};
const actions = ["check", "keep"] as const;

/** `npm run bench -- [profile | check | keep] [part …]`; exit code 3: `check` found what got worse. */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  if (words[0] === "profile") {
    const reason = await profile();
    if (reason !== undefined) process.stdout.write(`not profiled: ${reason}\n`);
    return;
  }
  const action = actions.find((one) => one === words[0]);
  const asked = action === undefined ? words : words.slice(1);
  const unknown = asked.filter((one) => !(one in parts));
  if (unknown.length > 0)
    throw new Error(
      `nothing to measure is called ${unknown.join(", ")}. There are: ${Object.keys(parts).join(", ")}; ` +
        `before them: ${[...actions, "profile"].join(", ")}`,
    );
  const rows: Measured[] = [];
  for (const [name, measure] of Object.entries(parts).filter(([one]) => asked.length === 0 || asked.includes(one))) {
    const found = await measure(rows);
    if (typeof found === "string") process.stdout.write(`${name} not measured: ${found}\n`);
    else rows.push(...found);
  }
  print(rows);
  if (action === "check") printCompared(rows);
  if (action === "keep") keep(rows);
}

main().catch((error: unknown) => {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
