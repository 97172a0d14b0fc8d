import type { JudgedMesh } from "./gateTypes";

const parts: Readonly<Record<string, string>> = {
  "istio-init": "CRDs",
  "istio-base": "CRDs",
  "istio-cni": "node agent",
  ztunnel: "ztunnel",
  "istio-ingressgateway": "gateway",
  "kiali-server": "Kiali",
};

/** The steps of a change of version, in their order, in one line. */
export function upgradeSteps(running: string, { version, releases }: Pick<JudgedMesh, "version" | "releases">): string {
  const steps = releases.map((name) => `${parts[name] ?? "control plane"} (release ${name})`);
  return `Istio ${running} to ${version}: ${[...steps, "sidecars"].join(", then ")}`;
}
