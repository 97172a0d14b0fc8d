import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../tools/run";
import { tableText } from "../../tools/table";
import { engineRows } from "./engine";
import { fleetRows } from "./fleet";
import { manyServices, measured, threeTimes, type Measured } from "./measured";
import { rolloutRows } from "./rollout";
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
    const against = count === 1 ? {} : { against: "render, 1 external service(s)" };
    rows.push({ what: `render, ${String(count)} external service(s)`, ...(await threeTimes(once)), ...against });
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

async function main(): Promise<void> {
  // A part by its name alone: npm run bench -- rollout.
  const part = process.argv[2];
  const parts = { render: renderRows, rollout: rolloutRows, engine: engineRows, fleet: fleetRows };
  if (part !== undefined && !(part in parts))
    throw new Error(`no part "${part}" to measure. There are: ${Object.keys(parts).join(", ")}`);
  const rows: Measured[] = [];
  for (const [name, measure] of Object.entries(parts).filter(([one]) => part === undefined || one === part)) {
    const found = await measure();
    if (typeof found === "string") process.stdout.write(`${name} not measured: ${found}\n`);
    else rows.push(...found);
  }
  print(rows);
}

main().catch((error: unknown) => {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
