import { gunzipSync } from "node:zlib";
import type { V1Deployment, V1Namespace, V1Secret } from "@kubernetes/client-node";
import { unreadable, type Found, type HelmRecord } from "../mesh/gate";
import { bounded, connect, type ClusterAddress } from "./kubernetes";

const system = "istio-system";

/** Helm's payload: base64 inside the Secret's own base64, gzipped JSON. */
function descriptionOf(payload: string | undefined): string {
  const packed = Buffer.from(Buffer.from(payload ?? "", "base64").toString("utf8"), "base64");
  try {
    const release = JSON.parse(gunzipSync(packed).toString("utf8")) as { info?: { description?: string } };
    return release.info?.description ?? "";
  } catch {
    // A broken record names no owner.
    return "";
  }
}

/** Reads one of Helm's records; `undefined` where the Secret is none. */
export function helmRecord(secret: V1Secret): HelmRecord | undefined {
  const labels = secret.metadata?.labels ?? {};
  const { name, status, version } = labels;
  if (labels["owner"] !== "helm" || name === undefined || status === undefined) return undefined;
  const created = (secret.metadata?.creationTimestamp?.getTime() ?? 0) / 1000;
  return {
    release: name,
    status,
    revision: Number(version),
    modifiedAt: Math.floor(Math.max(Number(labels["modifiedAt"]) || 0, created)),
    description: status === "deployed" ? descriptionOf(secret.data?.["release"]) : "",
    secret: secret.metadata?.name ?? "",
  };
}

/** Version of a control plane, from the tag of its image: `docker.io/istio/pilot:1.30.3-distroless` is 1.30.3. */
export function controlPlaneVersion(deployments: readonly V1Deployment[]): string | undefined {
  for (const deployment of deployments) {
    for (const { name, image = "" } of deployment.spec?.template.spec?.containers ?? []) {
      if (name === "discovery") return /:(\d+\.\d+\.\d+)[^/]*$/.exec(image)?.[1] ?? unreadable;
    }
  }
  return undefined;
}

function isNotFound(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === 404;
}

function isDenied(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === 403;
}

async function namespaceOf(read: Promise<V1Namespace>): Promise<V1Namespace | undefined> {
  try {
    return await read;
  } catch (error) {
    // A person with rights to a few namespaces only: the check that needs this one is left out.
    if (isNotFound(error) || isDenied(error)) return undefined;
    throw error;
  }
}

/** What of an error a person needs: its reason, without headers and bodies. */
export function reasonOf(error: unknown): string {
  if (isDenied(error)) return "not permitted (HTTP 403)";
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "number") {
    return `HTTP ${String(error.code)}`;
  }
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < 3;) {
    // A connection that several addresses refused is one error with many.
    if (at instanceof AggregateError && at.message === "" && at.errors[0] !== at) {
      at = at.errors[0];
    } else {
      parts.push(at.message.split("\n")[0]?.trim() ?? "");
      at = at.cause;
    }
  }
  return [...new Set(parts)].filter((part) => part !== "").join(": ") || String(error);
}

/**
 * Reads what the gate judges by; changes nothing.
 * @param managed whether the stack owns istio-system: only then Helm's records are read, which takes rights to Secrets
 * @throws Error with one line when the API server cannot be asked
 */
export async function observe(address: ClusterAddress, instance: string, managed: boolean): Promise<Found> {
  const cluster = await connect(address);
  const [version, secrets, deployments, ...namespaces] = await bounded(
    "the Kubernetes API",
    20,
    Promise.all([
      cluster.version.getCode(),
      managed
        ? cluster.core.listNamespacedSecret({ namespace: system, labelSelector: "owner=helm" })
        : Promise.resolve({ items: [] }),
      cluster.apps.listNamespacedDeployment({ namespace: system, labelSelector: "app in (istiod,pilot)" }),
      ...["kube-system", system, instance].map((name) => namespaceOf(cluster.core.readNamespace({ name }))),
    ]),
  );
  return {
    kubernetes: `${version.major}.${version.minor.replace(/\D/g, "")}`,
    records: secrets.items.map(helmRecord).filter((record) => record !== undefined),
    running: controlPlaneVersion(deployments.items),
    cluster: namespaces[0]?.metadata?.uid,
    terminating: namespaces
      .filter((item) => item?.status?.phase === "Terminating")
      .map((item) => item?.metadata?.name ?? ""),
  };
}

/** Removes Helm records; one that is gone already is fine. */
export async function removeRecords(address: ClusterAddress, names: readonly string[]): Promise<void> {
  const { core } = await connect(address);
  for (const name of names) {
    try {
      await bounded(`removing ${name}`, 20, core.deleteNamespacedSecret({ namespace: system, name }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
