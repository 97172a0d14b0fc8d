import * as pulumi from "@pulumi/pulumi";
import { connectOnce } from "./cluster/client/kubernetesClient";
import { setTimeout as sleep } from "node:timers/promises";
import { GateHost } from "./components/gates/gateHost";
import { readStackState } from "./components/state/stackState";
import { readSettings } from "./config/readSettings";
import { withoutPackages } from "./tools/errors";

// Read while this file loads: where they are wrong nothing is begun.
const settings = readSettings();

async function run() {
  // Asked for first, and so much before, as a rule: while the engine starts the gate's process it answers nothing.
  const reading = readStackState();
  reading.catch(() => undefined);
  await sleep(10);
  const host = await GateHost.start();
  // Loaded while the gate's process starts.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the loader of TypeScript handles require() alone
  const program = require("./components/program") as typeof import("./components/program");
  const asked = program.meshPlan(settings);
  const info = (line: string) => void pulumi.log.info(line);
  const warn = (line: string) => void pulumi.log.warn(line);
  asked.warnings.forEach(warn);
  const state = await reading;
  const plan = program.withServedGateway(asked, program.deployedReleases(state));
  const connected = connectOnce(settings.kubernetes);
  const [kept, drill, keepsSystem] = await Promise.all([
    program.retainedControlPlanes(plan, state, connected, info),
    program.resolveDrill(plan, state, connected),
    program.keepsSystemNamespace(plan, state, connected),
  ]);
  await program.provideCharts(program.neededCharts(plan, state, kept), {
    stack: settings.stack,
    folder: process.cwd(),
    credentials: settings.chartCredentials,
    connected,
    info,
    warn,
  });
  return program.deploy(plan, host, { state, kept, drill, keepsSystem });
}

/** The stack's program: settings, the gate, everything after it; returns the stack's outputs. */
export = () =>
  run().catch((error: unknown) => {
    throw withoutPackages(error);
  });
