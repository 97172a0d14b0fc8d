import type { JudgedMesh } from "./gateTypes";

const parts: Readonly<Record<string, string>> = {
  "istio-init": "CRDs",
  "istio-base": "CRDs",
  "istio-cni": "node agent",
  ztunnel: "ztunnel",
  "istio-ingressgateway": "gateway",
  "kiali-server": "Kiali",
};

/** What a release is for, and its name. */
export const partOf = (name: string) => `${parts[name] ?? "control plane"} (release ${name})`;

/** The steps of a change of version, in their order, in one line. */
export function upgradeSteps(running: string, { version, releases }: Pick<JudgedMesh, "version" | "releases">): string {
  const steps = releases.map(partOf);
  return `Istio ${running} to ${version}: ${[...steps, "sidecars"].join(", then ")}`;
}
