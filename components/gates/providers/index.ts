// The code of all gates, for the one process that they run in.
export { provider as clientRestart } from "./clientRestart";
export { provider as faultGate } from "./faultGate";
export { provider as meshRemoval } from "./meshRemoval";
export { provider as sidecarRollout } from "./sidecarRollout";
export { provider as upgradeGate } from "./upgradeGate";
