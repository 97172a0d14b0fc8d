import { openGate } from "./components/upgradeGate";
import { readSettings } from "./settings";

/** The stack's program: settings, the gate, everything after it; returns the stack's outputs. */
export = async () => {
  const settings = readSettings();
  const gate = await openGate(settings);
  // Loaded while the gate's process starts and reads the cluster: half a second.
  const { deploy } = await import("./program");
  return deploy(settings, gate);
};
