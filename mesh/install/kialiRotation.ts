import type { Settings } from "../../settings/types";

/** Settings that give Kiali's secret, each for one layout. */
const givenBy = ["kialiPassphrase", "kialiSigningKey"] as const;

/** Why a stack's secret of Kiali cannot be made anew, with the way out; `undefined` where it can. */
export function whyNotRotated(settings: Settings): string | undefined {
  const { stack, istio, kiali } = settings;
  if (istio.controlPlane === "shared")
    return `stack ${stack} has no Kiali: another stack owns the control plane. Rotate that one's`;
  if (!kiali.enabled) return `stack ${stack} has no Kiali: kiali.enabled is false`;
  const values: Readonly<Record<string, unknown>> = { ...settings };
  const given = givenBy.find((key) => values[key] !== undefined);
  if (given === undefined) return undefined;
  const key = `jam-istio:${given}`;
  return (
    `the settings give the secret themselves (${key}), so none is generated. Give another one: ` +
    `pulumi config set --secret ${key} --stack ${stack}; then npm run up -- ${stack}, and ` +
    "kubectl rollout restart deployment/kiali -n istio-system. Or have it generated: " +
    `pulumi config rm ${key} --stack ${stack}; then npm run up -- ${stack}, and this command`
  );
}
