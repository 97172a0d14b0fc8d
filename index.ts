import { GateHost } from "./components/gateHost";

/** The stack's program: settings, the gate, everything after it; returns the stack's outputs. */
export = async () => {
  const host = await GateHost.start();
  // Loaded while the gate's process starts: half a second.
  const [{ readSettings }, { deploy }] = await Promise.all([import("./settings"), import("./program")]);
  return deploy(readSettings(), host);
};
