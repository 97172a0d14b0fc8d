import { parseAllDocuments, stringify, type Tags } from "yaml";
import { secretPlaceholder } from "../settings/raw";
import type { Registration } from "./record";

/** A Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "kind" in value && "metadata" in value;
}

// Kubernetes reads YAML 1.1 without its times and base-60 numbers.
const withoutTimes = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === "string" || !["TIME", "timestamp"].some((name) => tag.format === name || tag.tag.endsWith(name)));

/** Reads what Helm prints. @throws Error with one line when it is no YAML */
export function parseManifest(text: string): readonly KubernetesObject[] {
  const documents = parseAllDocuments(text, { version: "1.1", uniqueKeys: false, customTags: withoutTimes });
  return documents.flatMap((document) => {
    // Istio 1.4's charts close a list one column too far left; every reader of Kubernetes takes that.
    const problem = document.errors.find(({ code }) => code !== "BAD_INDENT");
    if (problem !== undefined) throw new Error(`Helm's output is no YAML: ${problem.message.split("\n")[0] ?? ""}`);
    const value: unknown = document.toJS();
    return isObject(value) ? [value] : [];
  });
}

/** No rendered file holds what a Secret holds. */
export function hideSecretData(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret") return object;
  const { data = {}, stringData = {}, ...rest } = object as KubernetesObject & Record<"data" | "stringData", Record<string, unknown> | undefined>;
  const keys = [...Object.keys(data), ...Object.keys(stringData)].sort();
  return { ...rest, stringData: Object.fromEntries(keys.map((key) => [key, secretPlaceholder])) } as KubernetesObject;
}

const kinds: Readonly<Record<string, { readonly apiVersion: string; readonly kind: string }>> = {
  "kubernetes:core/v1:Namespace": { apiVersion: "v1", kind: "Namespace" },
  "kubernetes:core/v1:NamespacePatch": { apiVersion: "v1", kind: "Namespace" },
  "kubernetes:core/v1:Secret": { apiVersion: "v1", kind: "Secret" },
};

/** The object that a registration stands for; `undefined` for a Helm release. */
export function objectOf({ type, inputs }: Registration): KubernetesObject | undefined {
  const object = { ...kinds[type], ...inputs };
  return isObject(object) ? hideSecretData(object) : undefined;
}

/** The object's text; equal objects give equal bytes. */
export function toYaml(value: unknown): string {
  return stringify(value, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
