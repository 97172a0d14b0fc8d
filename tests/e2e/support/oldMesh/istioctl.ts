import { dump, loadAll } from "js-yaml";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab";
import { until } from "../until";
import { oldInstance } from "./instance";
import type { Shell } from "./shell";

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

// What istioctl 1.31 does, seen on a cluster that it installed: the charts' objects, rendered as release `istio`, its own labels on
// top, applied by the server under the name `istio-operator`; no record of Helm. The injector's webhooks of tag `default` stand
// beside those of the revision, which are switched off.
const ownerLabels = (component: "Base" | "Pilot", version: string) => ({
  "install.operator.istio.io/owning-resource": "unknown",
  "install.operator.istio.io/owning-resource-namespace": "istio-system",
  "istio.io/rev": "default",
  "operator.istio.io/component": component,
  "operator.istio.io/managed": "Reconcile",
  "operator.istio.io/version": version,
});

const marked = (text: string, component: "Base" | "Pilot", version: string) =>
  (loadAll(text) as (Rendered | null)[])
    .filter((one) => one !== null)
    .map((one) => ({
      ...one,
      metadata: { ...one.metadata, labels: { ...one.metadata.labels, ...ownerLabels(component, version) } },
    }));

// Up to 1.23 istioctl kept what it had installed in an object of this kind, which newer ones neither write nor remove.
const installedState = [
  {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "istiooperators.install.istio.io", labels: { release: "istio" } },
    spec: {
      group: "install.istio.io",
      names: {
        kind: "IstioOperator",
        listKind: "IstioOperatorList",
        plural: "istiooperators",
        singular: "istiooperator",
      },
      scope: "Namespaced",
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  },
  {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: "installed-state", namespace: "istio-system" },
    spec: { profile: "minimal", hub: "docker.io/istio", tag: "1.23.6", meshConfig: { accessLogFile: "/dev/stdout" } },
  },
];

/** An install of istioctl's, which began with 1.23 or older and is at a newer version now; and an instance's workloads. */
export async function installLikeIstioctl(
  lab: Lab,
  { sh, folder }: Shell,
  { version = "1.29.6", namespace = "local700" }: { readonly version?: string; readonly namespace?: string } = {},
): Promise<void> {
  const template = (chart: string, values = "") =>
    sh(`helm template istio istio/${chart} --version ${version} --namespace istio-system --kube-version 1.34${values}`);
  const apply = async (objects: readonly object[]) => {
    writeFileSync(join(folder, "objects.yaml"), objects.map((one) => dump(one)).join("---\n"));
    await sh("kubectl apply --server-side --force-conflicts --field-manager=istio-operator -f objects.yaml");
  };
  await oldInstance(lab, namespace, async () => {
    await sh(`kubectl create namespace istio-system
helm repo add istio ${lab.charts.url}/istio-release/charts`);
    await apply([
      ...marked(await template("base"), "Base", version),
      ...marked(
        await template("istiod", " --set meshConfig.accessLogFile=/dev/stdout --set 'revisionTags={default}'"),
        "Pilot",
        version,
      ),
    ]);
    const [crd, ...objects] = installedState;
    await apply([crd ?? {}]);
    await sh("kubectl wait --for=condition=established crd/istiooperators.install.istio.io --timeout=60s");
    await until("the kind is offered", () => apply(objects).then(() => true));
    await sh("kubectl -n istio-system wait --for=condition=available deployment --all --timeout=120s");
  });
}
