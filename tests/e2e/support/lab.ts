import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { cachedIn } from "../../../charts/load";
import { connectOnce, listMetadata, type Cluster } from "../../../cluster/client/kubernetesClient";
import { startControlPlane, type LabControlPlane } from "../../../lab/controlPlane";
import { applyObjects } from "../../../lab/planeFile";
import { behaviourConfigMap } from "../../../lab/podBehaviour";
import { serveCharts, type ChartServer } from "../../support/chartServer";
import { startReverseProxy, type ReverseProxy } from "../../support/network/reverseProxy";
import { chartRoot } from "./engine";
import type { Config } from "./instance";

/** A control plane and a chart repository for one suite. */
export interface Lab {
  readonly plane: LabControlPlane;
  readonly charts: ChartServer;
  /** The connection to it, for what is read without a process of its own. */
  readonly cluster: () => Promise<Cluster>;
  /** The kubeconfig that the program is given. */
  readonly kubeconfig: string;
}

/** @param kubeconfig the one that the program is given; default: the control plane's own */
export const labOf = (plane: LabControlPlane, charts: ChartServer, kubeconfig = plane.kubeconfig): Lab => ({
  plane,
  charts,
  kubeconfig,
  cluster: connectOnce({ kubeconfig: plane.kubeconfig }),
});

/**
 * Path below which every suite's API server is: `JAM_ISTIO_TEST_API_PATH=/k8s/clusters/c-lab npm test -- e2e/install`. Default:
 * none; the suite network has one at any rate.
 */
const below = process.env["JAM_ISTIO_TEST_API_PATH"] ?? "";

/** Removes what the program kept of a server: its port will be another one's. */
function forget({ url, requests }: ChartServer): void {
  for (const path of requests.filter((one) => one.endsWith("/index.yaml")))
    rmSync(cachedIn(`${url}${dirname(path)}`), { recursive: true, force: true });
}

/** A lab that hooks start and stop. */
function hooked(minor: string) {
  let lab: Lab | undefined;
  let before: ReverseProxy | undefined;
  return {
    lab: () => {
      if (lab === undefined) throw new Error("the lab is not up");
      return lab;
    },
    start: async () => {
      const root = chartRoot();
      if (root === undefined) throw new Error("no chart mirror");
      const plane = await startControlPlane(minor);
      if (below !== "") before = await startReverseProxy(plane.kubeconfig, below, plane.plane.folder);
      const { kubeconfig } = before ?? plane;
      lab = labOf(plane, await serveCharts(root), kubeconfig);
    },
    stop: async () => {
      await before?.stop();
      await lab?.plane.stop();
      await lab?.charts.stop();
      if (lab !== undefined) forget(lab.charts);
      lab = undefined;
    },
  };
}

/** Registers hooks that start a lab before the suite and stop it after. */
export function useLab(minor: string): () => Lab {
  const { lab, start, stop } = hooked(minor);
  before(start);
  after(stop);
  return lab;
}

/** The same for each test: a new control plane is up sooner than an old one is cleared of a killed run's leftovers. */
export function useFreshLab(minor: string): () => Lab {
  const { lab, start, stop } = hooked(minor);
  beforeEach(start);
  afterEach(stop);
  return lab;
}

/** Applies objects to the lab's cluster. */
export const apply = ({ plane }: Lab, ...objects: readonly object[]) => applyObjects(plane.plane, objects);

/** Asks simulated pods to misbehave; only what is named here does from now on. */
export async function ask(lab: Lab, data: Readonly<Record<string, string>>): Promise<void> {
  const metadata = { name: behaviourConfigMap, namespace: "kube-system" };
  await lab.plane.kubectl("delete", "configmap", metadata.name, "-n", metadata.namespace, "--ignore-not-found");
  await apply(lab, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
}

/** Settings of a classic instance in the lab, with its external services. */
export function classicConfig({ kubeconfig, charts }: Lab, more: Config = {}, istio: Config = {}): Config {
  return {
    kubernetes: { kubeconfig },
    istio: {
      version: "1.4.6",
      chartRepository: `${charts.url}/istio-release/releases/{version}/charts`,
      timeoutSeconds: 180,
      ...istio,
    },
    mysql: { external: true, externalHostName: "db.example.com" },
    dataStorage: { mode: "aws", region: "eu-central-1" },
    mail: { external: true, externalHostName: "smtp.example.com" },
    ...more,
  };
}

/** Settings of a modern instance in the lab. */
export function modernConfig(lab: Lab, more: Config = {}, istio: Config = {}): Config {
  const { charts } = lab;
  return {
    ...classicConfig(lab),
    istio: { version: "1.30.3", chartRepository: `${charts.url}/istio-release/charts`, timeoutSeconds: 180, ...istio },
    kiali: { chartRepository: `${charts.url}/kiali` },
    ...more,
  };
}

/** Every object that a run could have touched, with the version that each write changes. */
export async function fingerprint({ plane }: Lab, ...namespaces: readonly string[]): Promise<string> {
  const kinds = "configmaps,secrets,serviceaccounts,services,deployments.apps,jobs.batch,roles,rolebindings";
  const format = [
    "-o",
    'jsonpath={range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.uid} {.metadata.resourceVersion}{"\\n"}{end}',
  ];
  const cluster =
    "customresourcedefinitions,clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations";
  const parts = [await plane.kubectl("get", cluster, ...format)];
  for (const namespace of ["istio-system", ...namespaces]) {
    parts.push(await plane.kubectl("get", kinds, "-n", namespace, ...format));
    parts.push(
      await plane.kubectl("get", "serviceentries.networking.istio.io", "-n", namespace, ...format).catch(() => ""),
    );
  }
  // Kubernetes writes these by itself, out of other roles, for some seconds after a cluster has begun.
  const isAggregated = (line: string) => /^ClusterRole\/\/(admin|edit|view) /.test(line);
  const lines = parts.join("\n").split("\n");
  return lines
    .filter((line) => !isAggregated(line))
    .sort()
    .join("\n");
}

/** The values of the default control plane's injector, JSON. */
export const injectorValues = ({ plane }: Lab) =>
  plane.kubectl(
    ...["get", "configmap", "istio-sidecar-injector", "-n", "istio-system", "-o", "jsonpath={.data.values}"],
  );

/** Labels of a Helm release's records, the oldest first. Read without a process of its own: some states last a second. */
async function helmRecords({ cluster }: Lab, release: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const selector = encodeURIComponent(`owner=helm,name=${release}`);
  const found = await listMetadata(
    await cluster(),
    `/api/v1/namespaces/istio-system/secrets?labelSelector=${selector}`,
  );
  return found.map(({ labels = {} }) => labels).sort((one, other) => Number(one["version"]) - Number(other["version"]));
}

/** Status of the newest record of a Helm release, or `none`. */
export const helmStatus = async (lab: Lab, release: string): Promise<string> =>
  (await helmRecords(lab, release)).at(-1)?.["status"] ?? "none";

/** Number of the newest revision of a Helm release; 0 where there is none. */
export const helmRevision = async (lab: Lab, release: string): Promise<number> =>
  Number((await helmRecords(lab, release)).at(-1)?.["version"] ?? 0);

/** The fingerprint of a cluster that its own controllers have finished setting up. */
export async function settled(lab: Lab, ...namespaces: readonly string[]): Promise<string> {
  let last = "";
  for (const end = performance.now() + 300_000; performance.now() < end;) {
    const now = await fingerprint(lab, ...namespaces);
    if (now === last) return now;
    last = now;
    await setTimeout(3000);
  }
  throw new Error("the cluster never stopped changing");
}
