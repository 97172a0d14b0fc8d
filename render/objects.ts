import { CORE_SCHEMA, dump, loadAll } from "js-yaml";
import { isMap, secretPlaceholder } from "../config/raw";
import { checkAliases } from "../config/yaml";
import type { Registration } from "./record";
import { lineOf } from "../tools/errors";

/** A Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

function isObject(value: unknown): value is KubernetesObject {
  return isMap(value) && typeof value["kind"] === "string" && isMap(value["metadata"]);
}

/** The objects of a document: some charts print a List of them. */
function unfold(document: unknown): readonly KubernetesObject[] {
  if (isMap(document) && document["kind"] === "List" && Array.isArray(document["items"])) {
    return document["items"].flatMap(unfold);
  }
  return isObject(document) ? [document] : [];
}

/**
 * Reads what Helm prints. js-yaml, because it takes what every reader of Kubernetes takes: Istio 1.4's charts close a
 * list one column too far left.
 * @throws Error with one line when it is no YAML
 */
export function parseManifest(text: string): readonly KubernetesObject[] {
  const documents: unknown[] = [];
  try {
    // No timestamps; of equal keys the last one counts.
    loadAll(text, (document) => documents.push(document), { schema: CORE_SCHEMA, json: true });
    documents.forEach(checkAliases);
  } catch (error) {
    throw new Error(`Helm's output is no YAML: ${lineOf(error)}`, { cause: error });
  }
  return documents.flatMap(unfold);
}

/** No rendered file holds what a Secret holds. */
export function hideSecretData(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "Secret") return object;
  const { data, stringData, ...rest } = object as KubernetesObject & Record<"data" | "stringData", unknown>;
  const keys = [data, stringData].flatMap((part) => (isMap(part) ? Object.keys(part) : [])).sort();
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

/** The objects that a registration makes: its own, or those of the faults, which are their gate's. */
export function objectsOf(registration: Registration): readonly KubernetesObject[] {
  const own = objectOf(registration);
  if (own !== undefined) return [own];
  const { objects } = registration.inputs;
  return registration.type.endsWith(":FaultGate") && Array.isArray(objects) ? objects.filter(isObject) : [];
}

/** The object's text; equal objects give equal bytes. */
export function toYaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}
