import { gunzipSync } from "node:zlib";
import type { V1Secret } from "@kubernetes/client-node";
import type { HelmRecord } from "../mesh/gate";

/** What of a release's own text the gate reads. */
interface Release {
  readonly info?: { readonly description?: string };
  readonly chart?: { readonly metadata?: { readonly version?: string } };
  readonly manifest?: string;
}

/** Helm's payload: base64 inside the Secret's own base64, gzipped JSON. */
function releaseOf(payload: string | undefined): Release {
  const packed = Buffer.from(Buffer.from(payload ?? "", "base64").toString("utf8"), "base64");
  try {
    // A broken record names no owner.
    return (JSON.parse(gunzipSync(packed).toString("utf8")) as Release | null) ?? {};
  } catch {
    return {};
  }
}

/** Reads one of Helm's records; `undefined` where the Secret is none. */
export function helmRecord(secret: V1Secret): HelmRecord | undefined {
  const labels = secret.metadata?.labels ?? {};
  const { name, status, version } = labels;
  if (labels["owner"] !== "helm" || name === undefined || status === undefined) return undefined;
  const created = (secret.metadata?.creationTimestamp?.getTime() ?? 0) / 1000;
  const { info, chart, manifest } = releaseOf(secret.data?.["release"]);
  return {
    release: name,
    status,
    revision: Number(version),
    modifiedAt: Math.floor(Math.max(Number(labels["modifiedAt"]) || 0, created)),
    description: info?.description ?? "",
    chartVersion: chart?.metadata?.version ?? "",
    manifest: manifest ?? "",
    secret: secret.metadata?.name ?? "",
  };
}
