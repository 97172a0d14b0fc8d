import type { JudgedMesh } from "./gateTypes";

const parts: Readonly<Record<string, string>> = {
  "istio-init": "CRDs",
  "istio-base": "CRDs",
  "istio-cni": "node agent",
  ztunnel: "ztunnel",
  "istio-ingressgateway": "gateway",
  "kiali-server": "Kiali",
};

/** Releases that are proxies. */
const proxies = ["ztunnel", "istio-ingressgateway"];

/** What a release is for, and its name. */
export const partOf = (name: string) => `${parts[name] ?? "control plane"} (release ${name})`;

/** The steps of a change of version, in their order, in one line. */
export function upgradeSteps(running: string, { version, releases }: Pick<JudgedMesh, "version" | "releases">): string {
  const first = releases.filter((name) => !proxies.includes(name)).map(partOf);
  const last = releases.filter((name) => proxies.includes(name)).map(partOf);
  return `Istio ${running} to ${version}: ${[...first, "sidecars", ...last].join(", then ")}`;
}
