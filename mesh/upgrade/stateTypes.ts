/** Type of a Helm release in a stack's state. */
export const releaseType = "kubernetes:helm.sh/v3:Release";

/** Type of the upgrade's gate there. */
export const gateType = "pulumi-nodejs:dynamic/jam-istio:UpgradeGate";
