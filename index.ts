import * as pulumi from "@pulumi/pulumi";
import { GateHost } from "./components/gates/gateHost";
import { readStackState } from "./components/state/stackState";
import { readSettings } from "./config/readSettings";

// Read while this file loads: an error in the function below would keep the engine waiting for ten seconds.
const settings = readSettings();

/** The stack's program: settings, the gate, everything after it; returns the stack's outputs. */
export = async () => {
  const host = await GateHost.start();
  // Loaded while the gate's process starts.
  const { currentDrill, deploy, keptPlanes, neededCharts, provideCharts } = await import("./components/program");
  const state = await readStackState();
  const [kept, drill] = await Promise.all([keptPlanes(settings, state), currentDrill(settings, state)]);
  await provideCharts(neededCharts(settings, state, kept), {
    stack: settings.stack,
    folder: process.cwd(),
    kubernetes: settings.kubernetes,
    info: (line) => void pulumi.log.info(line),
    warn: (line) => void pulumi.log.warn(line),
  });
  return deploy(settings, host, { state, kept, drill });
};
