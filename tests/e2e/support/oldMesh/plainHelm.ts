import type { Lab } from "../lab";
import { oldInstance } from "./instance";
import type { Shell } from "./shell";

/** Names that a team gave its releases, and the revision of its control plane. */
export interface PlainHelm {
  readonly version?: string;
  /** Release of chart `base`. */
  readonly crds?: string;
  /** Release of chart `istiod`. */
  readonly controlPlane?: string;
  readonly revision?: string;
  readonly namespace?: string;
}

/** Istio's own documented way with Helm, under other release names than the documented ones, with values of the team's own. */
export async function installPlainHelm(lab: Lab, { sh }: Shell, names: PlainHelm = {}): Promise<void> {
  const { version = "1.28.10", crds = "mesh-crds", controlPlane = "mesh", revision, namespace = "local700" } = names;
  const base = revision === undefined ? "" : ` --set defaultRevision=${revision}`;
  const own = revision === undefined ? "" : ` --set revision=${revision}`;
  const labels = revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
  const install = () =>
    sh(`
helm repo add istio ${lab.charts.url}/istio-release/charts
helm install ${crds} istio/base --version ${version} --namespace istio-system --create-namespace${base}
helm install ${controlPlane} istio/istiod --version ${version} --namespace istio-system --set meshConfig.accessLogFile=/dev/stdout${own} --wait --timeout 120s`);
  await oldInstance(lab, namespace, install, labels);
}
