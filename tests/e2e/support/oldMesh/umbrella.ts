import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Lab } from "../lab";
import { documentFiles } from "./documentFiles";
import { oldInstance } from "./instance";
import { openShell, type Shell } from "./shell";

// The source document's way. Its commands and files are used as they stand, but for this:
// - The chart host is the lab's; `--force-update` lets Helm 3.3 and newer name another one `istio`.
// - Secret kiali gets the values that the document leaves out.
// - The installation waits for the CRDs with the line that the document has for the upgrade alone: without it the umbrella's own
//   ServiceEntries come before their kind.
// - The upgrade waits for the new control plane's pods before it restarts the instance: without it the old injector, or the new one,
//   is asked for the sidecars, by luck.
// - The instance files, which the document does not show, are made up.

/** The login that the old way's Secret has. */
export const oldLogin = { username: "jam", passphrase: "an old passphrase" };

const host = "https://storage.googleapis.com";

/** The instance's own values. */
const instanceFiles: Readonly<Record<string, string>> = {
  "instances/dev701-k8s.yaml": `jam:
  namespace: dev701
  mysql:
    external: true
    externalHostName: db.example.com
istio:
  pilot:
    traceSampling: 10.0
`,
  "instances/dev701-config.yaml": `jam:
  dataStorage:
    mode: aws
    region: eu-central-1
  mail:
    external: true
    externalHostName: smtp.example.com
`,
};

const base64 = (text: string) => Buffer.from(text).toString("base64");
const secretFile = "helm/jam-istio/templates/kiali-secret.yaml";

function filled(path: string, text: string, charts: string): string {
  const own = text.replaceAll(host, charts);
  if (path !== secretFile) return own;
  return own
    .replace(/username: *$/m, `username: ${base64(oldLogin.username)}`)
    .replace(/passphrase: *$/m, `passphrase: ${base64(oldLogin.passphrase)}`);
}

/** Writes the files as the document's team has them into a folder. @param charts where the charts are. Default: the document's host */
export function writeUmbrella(folder: string, charts = host): void {
  for (const [path, text] of Object.entries({ ...documentFiles, ...instanceFiles })) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, filled(path, text, charts));
  }
}

/** Such a folder, for instance dev701, and a shell in it. */
export async function openUmbrella(lab: Lab): Promise<Shell> {
  const shell = await openShell(lab, { JAM_INSTANCE: "dev701" });
  writeUmbrella(shell.folder, lab.charts.url);
  return shell;
}

const crdJobs = "kubectl -n istio-system wait --for=condition=complete job --all --timeout=120s";

/**
 * "Deploying service mesh": Istio 1.4.6 by `istio-init` and the umbrella `jam-istio`, and the instance's workloads with sidecars.
 */
export async function installUmbrella(lab: Lab, { sh }: Shell): Promise<void> {
  await oldInstance(lab, "dev701", async () => {
    await sh(`
helm repo add istio ${lab.charts.url}/istio-release/releases/1.4.6/charts
kubectl create namespace istio-system
helm install istio-init istio/istio-init --namespace istio-system
${crdJobs}
helm install --dependency-update jam-istio helm/jam-istio -f instances/$JAM_INSTANCE-k8s.yaml -f instances/$JAM_INSTANCE-config.yaml --namespace istio-system
kubectl -n istio-system wait --for=condition=available deployment --all --timeout=120s`);
  });
}

/** "How to upgrade istio for jam": `helm template | kubectl apply`, and the restart of all workloads. */
export async function upgradeUmbrella({ charts }: Lab, { sh, folder }: Shell, version = "1.4.10"): Promise<void> {
  await sh(`
helm repo add --force-update istio ${charts.url}/istio-release/releases/${version}/charts
helm upgrade istio-init istio/istio-init --namespace istio-system
${crdJobs}`);
  const chart = join(folder, "helm/jam-istio/Chart.yaml");
  writeFileSync(chart, readFileSync(chart, "utf8").replaceAll("1.4.6", version));
  await sh(`
helm dependency update helm/jam-istio
helm template jam-istio helm/jam-istio -f instances/$JAM_INSTANCE-k8s.yaml -f instances/$JAM_INSTANCE-config.yaml --namespace istio-system |  kubectl apply -f -
for one in $(kubectl get deployment -o name --namespace istio-system); do kubectl rollout status --namespace istio-system --timeout=120s $one; done
kubectl rollout restart deployment --namespace $JAM_INSTANCE # restart all deployment
kubectl rollout restart sts --namespace $JAM_INSTANCE # restart all statefulSet
for one in $(kubectl get deployment,sts -o name --namespace $JAM_INSTANCE); do kubectl rollout status --namespace $JAM_INSTANCE --timeout=120s $one; done`);
}

/** "fault-injection": its chart as a release, with the one fault of it that an API server takes. */
export async function installFaultInjection({ sh }: Shell): Promise<void> {
  await sh(
    "helm install fault-injection helm/fault-injection --set jam.namespace=$JAM_INSTANCE,jam.ctWebapp.faultinject=true",
  );
}
