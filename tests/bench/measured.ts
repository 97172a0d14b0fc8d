import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One measurement: what, how long in seconds, and against which other one the ratio is taken. */
export interface Measured {
  readonly what: string;
  readonly seconds: number;
  readonly against?: string;
  readonly aim?: string;
  readonly megabytes?: number;
  /** By which part of it the runs differed of which it is the median; absent where there was one. */
  readonly spread?: number;
}

/** Many external services, told apart by SNI on one port. */
export const manyServices = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    name: `service-${String(at)}`,
    hosts: [`host-${String(at)}.example.com`],
    ports: [{ number: 443, protocol: "TLS" as const }],
  }));

// One slow run of a busy machine does not decide.
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Time and memory of one run. */
export interface Run {
  readonly seconds: number;
  readonly megabytes: number;
  readonly spread?: number;
}

/** Measures a run: its time, and the peak memory of its Node processes together. */
export async function measured(work: (env: Record<string, string>) => Promise<unknown>): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-peak-"));
  const file = join(folder, "peak");
  const start = performance.now();
  await work({ NODE_OPTIONS: `--require ${join(__dirname, "peak.js")}`, JAM_ISTIO_PEAK: file });
  const seconds = (performance.now() - start) / 1000;
  const kilobytes = readFileSync(file, "utf8").trim().split("\n").map(Number);
  rmSync(folder, { recursive: true });
  return { seconds, megabytes: kilobytes.reduce((sum, one) => sum + one, 0) / 1024 };
}

/** The median of three runs, of time and of memory, and how far they differ. */
export async function threeTimes(work: () => Promise<Run>): Promise<Run> {
  const runs = [await work(), await work(), await work()];
  const seconds = runs.map((run) => run.seconds);
  return {
    seconds: median(seconds),
    spread: (Math.max(...seconds) - Math.min(...seconds)) / median(seconds),
    megabytes: median(runs.map(({ megabytes }) => megabytes)),
  };
}
