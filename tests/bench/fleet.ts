import { spawn } from "node:child_process";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane } from "../../lab/controlPlane";
import { run } from "../../tools/run";
import { serveCharts } from "../support/chartServer";
import { chartRoot, missingFor, repository } from "../e2e/support/engine";
import { FleetFolder } from "../e2e/support/fleetFolder";
import { labOf, modernConfig, type Lab } from "../e2e/support/lab";
import { threeTimes, type Measured, type Run } from "./measured";

const many = 50;
const parallel = 2;

/** Memory of a process and all that it started, in megabytes; what they share counts for each. */
async function memoryOf(pid: number): Promise<number> {
  const { stdout } = await run("ps", ["-e", "-o", "pid=,ppid=,rss="], { seconds: 10 });
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [pid];
  for (const one of tree) tree.push(...rows.filter(([, parent]) => parent === one).map(([child = 0]) => child));
  return rows.reduce((sum, [id = 0, , rss = 0]) => (tree.includes(id) ? sum + rss / 1024 : sum), 0);
}

/** Runs this program's command; its time, and the most memory that it and all that it started had together. */
async function measured({ folder, env }: FleetFolder, ...args: readonly string[]): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, [`${repository}/bin/jam-istio.js`, ...args], {
    cwd: folder,
    env,
    stdio: "ignore",
  });
  let code: number | null | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (ending) => {
      code = ending;
      resolve();
    });
  });
  let megabytes = 0;
  while (code === undefined) {
    megabytes = Math.max(megabytes, await memoryOf(child.pid ?? 0));
    await Promise.race([ended, sleep(500)]);
  }
  if (code !== 0) throw new Error(`jam-istio ${args.join(" ")} ended with ${String(code)}`);
  return { seconds: (performance.now() - start) / 1000, megabytes };
}

async function measureAll(lab: Lab, fleet: FleetFolder): Promise<readonly Measured[]> {
  const kubeconfig = fleet.twoContexts(lab.kubeconfig, "second");
  for (let at = 0; at < many; at++) {
    const context = at % 2 === 0 ? "first" : "second";
    const config = { kubernetes: { kubeconfig, context }, kiali: { enabled: false } };
    const controlPlane = at === 0 ? "managed" : "shared";
    fleet.configure(`dev${String(700 + at)}`, modernConfig(lab, config, { controlPlane }));
  }
  const rows: Measured[] = [];
  const up = await measured(fleet, "fleet", "up", "--yes", "--first", "dev700", "--parallel", String(parallel));
  rows.push({ what: `fleet up, ${String(many)} new stacks`, ...up });
  const commands = { preview: ["preview"], status: ["mesh", "status"], up: ["up", "--yes"] };
  for (const [command, own] of Object.entries(commands)) {
    const one = await threeTimes(() => measured(fleet, ...own, "dev701"));
    const allowed = `${String(many)}/${String(parallel)} times one ${command}`;
    rows.push({ what: allowed, seconds: (many / parallel) * one.seconds, megabytes: one.megabytes });
    const yes = command === "up" ? ["--yes"] : [];
    const all = await measured(fleet, "fleet", command, ...yes, "--parallel", String(parallel));
    rows.push({ what: `fleet ${command}, ${String(many)} stacks`, ...all, against: allowed, aim: "1.2" });
    process.stderr.write(
      `fleet ${command}: load of the machine ${loadavg()
        .map((one) => one.toFixed(1))
        .join(" ")}\n`,
    );
  }
  return rows;
}

/** Measures 50 stacks against 50/N times one. */
export async function fleetRows(): Promise<readonly Measured[] | string> {
  const reason = missingFor("1.34");
  if (reason !== undefined) return reason;
  const plane = await startControlPlane("1.34");
  const charts = await serveCharts(chartRoot() ?? "");
  const fleet = new FleetFolder();
  try {
    return await measureAll(labOf(plane, charts), fleet);
  } finally {
    fleet.remove();
    await charts.stop();
    await plane.stop();
  }
}
