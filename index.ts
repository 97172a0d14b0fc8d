import { GateHost } from "./components/gateHost";
import { readSettings } from "./settings";

// Read while this file loads: an error in the function below would keep the engine waiting for ten seconds.
const settings = readSettings();

/** The stack's program: settings, the gate, everything after it; returns the stack's outputs. */
export = async () => {
  const host = await GateHost.start();
  // Loaded while the gate's process starts.
  const { deploy } = await import("./program");
  return deploy(settings, host);
};
