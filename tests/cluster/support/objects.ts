import { gzipSync } from "node:zlib";

// Kubernetes objects as the API server gives them, as far as this program reads them.

/** The paths of lists, by kind. */
export const paths = {
  pods: (namespace: string) => `/api/v1/namespaces/${namespace}/pods`,
  deployments: (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  secrets: "/api/v1/namespaces/istio-system/secrets",
};

/** What selects control planes, as it is sent. */
export const selector = "?labelSelector=app in (istiod,pilot)";

/** A record of Helm's. */
export interface RecordData {
  readonly release?: string;
  readonly status?: string;
  readonly chart?: object;
  readonly manifest?: string;
  readonly description?: string;
  /** The payload where it is not the release. */
  readonly payload?: string;
}

/** A record as Helm stores it: gzipped JSON in base64, in the Secret's own base64. */
export function helmSecret(revision: number, data: RecordData = {}): object {
  const { release = "istiod", status = "superseded", chart, manifest, description = "" } = data;
  const json = JSON.stringify({ info: { description }, chart, manifest });
  const payload = data.payload ?? Buffer.from(gzipSync(json).toString("base64")).toString("base64");
  const labels = { owner: "helm", name: release, status, version: String(revision) };
  const name = `sh.helm.release.v1.${release}.v${String(revision)}`;
  return { metadata: { name, creationTimestamp: "2026-01-01T00:00:00Z", labels }, data: { release: payload } };
}

/** A chart's name and version, as a record holds them. */
export const chartOf = (version: string, name = "istiod") => ({ metadata: { name, version } });

interface PodData {
  readonly namespace?: string;
  readonly images?: Readonly<Record<string, string>>;
  readonly ready?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status?: object;
}

const containersOf = (images: Readonly<Record<string, string>>) =>
  Object.entries(images).map(([name, image]) => ({ name, image }));

/** A pod that runs containers, by name and image; ready unless told otherwise. */
export function pod(name: string, data: PodData = {}): object {
  const { namespace = "dev701", images = { app: "app:1" }, ready = true, labels = {} } = data;
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  return {
    metadata: { name, namespace, uid: name, labels },
    spec: { containers: containersOf(images) },
    status: { phase: "Running", conditions, ...data.status },
  };
}

/** A control plane's Deployment. */
export function planeDeployment(name: string, version: string, revision?: string): object {
  const labels = { app: "istiod", ...(revision === undefined ? {} : { "istio.io/rev": revision }) };
  const spec = { containers: containersOf({ discovery: `docker.io/istio/pilot:${version}` }) };
  return {
    metadata: { name, namespace: "istio-system" },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    status: { availableReplicas: 1 },
  };
}

/** A control plane's pod. */
export function planePod(name: string, version: string, more: { revision?: string; ready?: boolean } = {}): object {
  const { revision, ready = true } = more;
  const labels = { app: "istiod", ...(revision === undefined ? {} : { "istio.io/rev": revision }) };
  const images = { discovery: `docker.io/istio/pilot:${version}` };
  return pod(name, { namespace: "istio-system", images, ready, labels });
}
