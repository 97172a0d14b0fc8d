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
  /** Names of the releases of a mesh in ambient mode, with an ingress gateway and Kiali. */
  readonly parts?: { readonly cni: string; readonly ztunnel: string; readonly gateway: string; readonly kiali: string };
}

const kialiVersion = "2.17.0";

/** Istio's own documented way with Helm, under other release names than the documented ones, with values of the team's own. */
export async function installPlainHelm(lab: Lab, { sh }: Shell, names: PlainHelm = {}): Promise<void> {
  const { version = "1.28.10", crds = "mesh-crds", controlPlane = "mesh", revision, namespace = "local700" } = names;
  const { parts } = names;
  const base = revision === undefined ? "" : ` --set defaultRevision=${revision}`;
  const own = revision === undefined ? "" : ` --set revision=${revision}`;
  const ambient = parts === undefined ? "" : " --set profile=ambient --set pilot.cni.enabled=true";
  const labels = revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
  const of = (chart: string) => `istio/${chart} --version ${version} --namespace istio-system`;
  const others =
    parts === undefined
      ? ""
      : `
helm install ${parts.cni} ${of("cni")} --set profile=ambient
helm install ${parts.ztunnel} ${of("ztunnel")}${own}
helm install ${parts.gateway} ${of("gateway")}${own} --wait --timeout 120s
helm repo add kiali ${lab.charts.url}/kiali
helm install ${parts.kiali} kiali/kiali-server --version ${kialiVersion} --namespace istio-system --set auth.strategy=token --wait --timeout 120s
kubectl -n istio-system rollout status daemonset --timeout 120s`;
  const install = () =>
    sh(`
helm repo add istio ${lab.charts.url}/istio-release/charts
helm install ${crds} ${of("base")} --create-namespace${base}
helm install ${controlPlane} ${of("istiod")} --set meshConfig.accessLogFile=/dev/stdout${own}${ambient} --wait --timeout 120s${others}`);
  await oldInstance(lab, namespace, install, labels);
}
