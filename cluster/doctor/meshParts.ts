import type {
  V1ConfigMap,
  V1MutatingWebhookConfiguration,
  V1Secret,
  V1ValidatingWebhookConfiguration,
} from "@kubernetes/client-node";
import { load } from "js-yaml";
import { X509Certificate } from "node:crypto";
import type { MeshCertificate, MeshConfig, Webhook } from "../../mesh/doctor/evidence";
import { systemNamespace } from "../../mesh/istio/names";
import { isNotFound } from "../client/errors";
import { listMetadata, type Cluster } from "../client/kubernetesClient";
import type { Lists } from "./lists";

type Configuration = V1MutatingWebhookConfiguration | V1ValidatingWebhookConfiguration;

const kinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;

/** Reads the webhooks of the API server. */
export async function readWebhooks(lists: Lists, cluster: Pick<Cluster, "send">): Promise<readonly Webhook[]> {
  const group = "/apis/admissionregistration.k8s.io";
  const read = async (kind: string): Promise<readonly Configuration[]> => {
    const plural = `${kind.toLowerCase()}s`;
    const at = async (version: string) =>
      (JSON.parse(await cluster.send("GET", `${group}/${version}/${plural}`)) as { items: Configuration[] | null })
        .items ?? [];
    // Kubernetes up to 1.15 has the old version only.
    const found = at("v1").catch((error: unknown) => {
      if (isNotFound(error)) return at("v1beta1");
      throw error;
    });
    return lists.optional(plural, found, []);
  };
  const all = await Promise.all(kinds.map(async (kind) => ({ kind, items: await read(kind) })));
  return all.flatMap(({ kind, items }) =>
    items.flatMap(({ metadata, webhooks = [] }) =>
      webhooks.map(({ name, failurePolicy = "Fail", clientConfig: { caBundle = "", service } }): Webhook => ({
        kind,
        configuration: { name: metadata?.name ?? "", labels: metadata?.labels ?? {} },
        name,
        failurePolicy,
        caBundle,
        ...(service === undefined ? {} : { service: { name: service.name, namespace: service.namespace } }),
      })),
    ),
  );
}

/** What of the mesh's own configuration is read; any part can be missing. */
interface MeshYaml {
  readonly outboundTrafficPolicy?: { readonly mode?: string };
  readonly defaultConfig?: { readonly proxyMetadata?: Readonly<Record<string, string>> };
}

/**
 * Reads the mesh's configuration out of the ConfigMaps of istio-system.
 * @param revision of the control plane that serves the instances
 */
export function meshConfigOf(maps: readonly V1ConfigMap[], revision: string | undefined): MeshConfig {
  const named = (name: string) => maps.find(({ metadata }) => metadata?.name === name)?.data?.["mesh"];
  const text = (revision === undefined ? undefined : named(`istio-${revision}`)) ?? named("istio") ?? "";
  const { outboundTrafficPolicy, defaultConfig } = (load(text) ?? {}) as MeshYaml;
  const metadata = defaultConfig?.proxyMetadata ?? {};
  return {
    outbound: outboundTrafficPolicy?.mode ?? "ALLOW_ANY",
    dnsCapture: metadata["ISTIO_META_DNS_CAPTURE"] === "true",
    allocates: metadata["ISTIO_META_DNS_AUTO_ALLOCATE"] === "true",
  };
}

const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function certificatesIn(object: string, text: string): readonly MeshCertificate[] {
  return (text.match(pem) ?? []).flatMap((one) => {
    try {
      const { subject, validTo } = new X509Certificate(one);
      return [{ object, subject: subject.replaceAll("\n", ", "), end: new Date(validTo).toISOString() }];
    } catch {
      // Something else, in the form of one.
      return [];
    }
  });
}

/** The mesh's authority, as far as it may be seen. */
export async function readAuthority(
  lists: Lists,
  { send }: Pick<Cluster, "send">,
  maps: readonly V1ConfigMap[],
): Promise<{ readonly cacertsKeys?: readonly string[]; readonly certificates: readonly MeshCertificate[] }> {
  const secret = (name: string) => {
    const path = `/api/v1/namespaces/${systemNamespace}/secrets/${name}`;
    const read = send("GET", path).then((text) => JSON.parse(text) as V1Secret);
    return lists.optional<V1Secret | undefined>(`Secret ${name}`, read, undefined);
  };
  const [cacerts, own] = await Promise.all([secret("cacerts"), secret("istio-ca-secret")]);
  const text = (from: V1Secret | undefined, key: string) =>
    Buffer.from(from?.data?.[key] ?? "", "base64").toString("utf8");
  const root = maps.find(({ metadata }) => metadata?.name === "istio-ca-root-cert")?.data?.["root-cert.pem"] ?? "";
  const place = (name: string) => `Secret ${systemNamespace}/${name}`;
  return {
    ...(cacerts === undefined ? {} : { cacertsKeys: Object.keys(cacerts.data ?? {}) }),
    certificates: [
      ...["ca-cert.pem", "root-cert.pem", "tls.crt", "ca.crt"].flatMap((key) =>
        certificatesIn(place("cacerts"), text(cacerts, key)),
      ),
      ...certificatesIn(place("istio-ca-secret"), text(own, "ca-cert.pem")),
      ...certificatesIn(`ConfigMap ${systemNamespace}/istio-ca-root-cert`, root),
    ],
  };
}

/** The CRDs of the Gateway API, without their schemas. */
export async function readGatewayCrds(lists: Lists, cluster: Pick<Cluster, "send">) {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const all = await lists.optional("CustomResourceDefinitions", listMetadata(cluster, path), []);
  return all.filter(({ name }) => name.endsWith(".gateway.networking.k8s.io"));
}
