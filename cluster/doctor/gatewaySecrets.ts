import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { authorityOf, isMutual, secretsOf } from "../../mesh/doctor/checks/traffic/certificates";
import { servingPods } from "../../mesh/doctor/checks/traffic/gateways";
import type { Gateway } from "../../mesh/doctor/objects";
import type { GatewaySecret } from "../../mesh/doctor/running/evidence";
import { isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import type { Lists } from "./lists";

const clear = (text = "") => Buffer.from(text, "base64").toString("utf8");

/** What is told of a certificate and its key; neither goes any further. */
function certificateOf(data: Readonly<Record<string, string>>): GatewaySecret["certificate"] {
  const [chain, key] =
    (data["cert"] ?? "") === ""
      ? [clear(data["tls.crt"]), clear(data["tls.key"])]
      : [clear(data["cert"]), clear(data["key"])];
  try {
    const certificate = new X509Certificate(chain);
    const listed = certificate.subjectAltName?.split(", ") ?? [];
    const names = listed.flatMap((one) => (one.startsWith("DNS:") ? [one.slice(4)] : []));
    const [start, end] = [new Date(certificate.validFrom).toISOString(), new Date(certificate.validTo).toISOString()];
    return { start, end, names, fits: certificate.checkPrivateKey(createPrivateKey(key)) };
  } catch {
    // None, or one that nobody can read: istiod neither.
    return undefined;
  }
}

/** Reads a Secret that a Gateway names. */
async function readSecret(cluster: Cluster, namespace: string, name: string): Promise<GatewaySecret> {
  try {
    const text = await cluster.send("GET", `/api/v1/namespaces/${namespace}/secrets/${name}`);
    const data = (JSON.parse(text) as V1Secret).data ?? {};
    const keys = Object.keys(data).filter((key) => data[key] !== "");
    const certificate = certificateOf(data);
    return { namespace, name, found: true, keys, ...(certificate === undefined ? {} : { certificate }) };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return { namespace, name, found: false, keys: [] };
  }
}

/**
 * The Secrets that Gateways name, each by itself: whoever may list none of a namespace may be let read these.
 * @param gateways those of the instances
 */
export async function readGatewaySecrets(
  cluster: Cluster,
  lists: Lists,
  gateways: readonly Gateway[],
  pods: readonly V1Pod[],
): Promise<readonly GatewaySecret[]> {
  const wanted = new Set(
    gateways.flatMap((gateway) => {
      const places = servingPods(gateway, pods).map(({ metadata }) => metadata?.namespace ?? "");
      const names = (gateway.spec.servers ?? []).flatMap((server) => {
        const own = secretsOf(server);
        return isMutual(server) ? [...own, ...own.map(authorityOf)] : own;
      });
      return places.flatMap((place) => names.map((name) => `${place}/${name}`));
    }),
  );
  const secrets = [...wanted].map(async (place): Promise<GatewaySecret | undefined> => {
    const [namespace = "", name = ""] = place.split("/");
    return lists.optional<GatewaySecret | undefined>(
      `Secret ${place}`,
      readSecret(cluster, namespace, name),
      undefined,
    );
  });
  return (await Promise.all(secrets)).filter((one) => one !== undefined);
}
