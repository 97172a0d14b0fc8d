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

/** The steps of a change of version, in their order, in one line. */
export function upgradeSteps(running: string, { version, releases }: Pick<JudgedMesh, "version" | "releases">): string {
  const steps = (names: readonly string[]) =>
    names.map((name) => `${parts[name] ?? "control plane"} (release ${name})`);
  const first = steps(releases.filter((name) => !proxies.includes(name)));
  const last = steps(releases.filter((name) => proxies.includes(name)));
  return `Istio ${running} to ${version}: ${[...first, "sidecars", ...last].join(", then ")}`;
}
