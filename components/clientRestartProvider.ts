// States of programs up to November 2026 hold this path as their resource's code; the next update writes the new one.
export { provider } from "./gates/providers/clientRestart";
