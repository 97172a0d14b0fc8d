import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { engineRows } from "./benchEngine";

/** One measurement: what, how long in seconds, and against which other one the ratio is taken. */
export interface Measured {
  readonly what: string;
  readonly seconds: number;
  readonly against?: string;
  readonly aim?: string;
  readonly megabytes?: number;
}

/** Config of an instance with many external services, each host on a port of its own protocol family. */
export function manyServices(count: number): readonly object[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `service-${String(at)}`,
    hosts: [`host-${String(at)}.example.com`],
    ports: [{ number: 443, protocol: "TLS" }],
  }));
}

/** Median of a few runs: one slow run of a busy machine does not decide. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function renderRows(): readonly Measured[] {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-bench-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
  try {
    return [1, 50, 500].map((count) => {
      const config = {
        "jam-istio:istio": { version: "1.4.6", controlPlane: "shared" },
        "jam-istio:externalServices": manyServices(count),
      };
      writeFileSync(join(folder, "Pulumi.bench.yaml"), JSON.stringify({ config }));
      const runs = [1, 2, 3].map(() => {
        const start = performance.now();
        const args = [
          "-v",
          process.execPath,
          join(__dirname, "..", "bin", "jam-istio.js"),
          "render",
          "bench",
          "--json",
        ];
        const { stderr } = spawnSync("/usr/bin/time", args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
        const kilobytes = Number(/Maximum resident set size \(kbytes\): (\d+)/.exec(stderr)?.[1] ?? NaN);
        return { seconds: (performance.now() - start) / 1000, megabytes: kilobytes / 1024 };
      });
      return {
        what: `render, ${String(count)} external services`,
        seconds: median(runs.map(({ seconds }) => seconds)),
        megabytes: median(runs.map(({ megabytes }) => megabytes)),
        ...(count === 1 ? {} : { against: "render, 1 external services" }),
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print(rows: readonly Measured[]): void {
  const table = new Table({ head: ["what", "s", "MB", "ratio", "against", "aim"], style: { head: [], border: [] } });
  for (const { what, seconds, megabytes, against, aim } of rows) {
    const base = rows.find((other) => other.what === against)?.seconds;
    const ratio = base === undefined ? "" : (seconds / base).toFixed(2);
    const memory = megabytes === undefined || Number.isNaN(megabytes) ? "" : megabytes.toFixed(0);
    table.push([what, seconds.toFixed(2), memory, ratio, against ?? "", aim ?? ""]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

async function main(): Promise<void> {
  const rows = [...renderRows()];
  const engine = await engineRows();
  print([...rows, ...(typeof engine === "string" ? [] : engine)]);
  if (typeof engine === "string") process.stdout.write(`engine not measured: ${engine}\n`);
}

void main();
