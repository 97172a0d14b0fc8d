import { load } from "js-yaml";
import { ofKind } from "./manifest";

/** A port of a Service, as a manifest writes it. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
}

/**
 * A part of an object that Helm's patches do not put back once somebody changed it. They merge: what was added to a selector stays,
 * and a port is known by its number, so that the wanted one would come beside a changed one of the same name.
 */
export interface WholePart {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  /** Fields that count as a whole, at their places in the object: selectors. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** A Service's. */
  readonly ports?: readonly ServicePort[];
}

interface Source extends Omit<WholePart, "fields" | "ports"> {
  readonly spec?: {
    readonly selector?: object | null;
    readonly podSelector?: object | null;
    readonly ports?: readonly ServicePort[] | null;
  };
  readonly webhooks?: readonly {
    readonly name: string;
    readonly namespaceSelector?: object | null;
    readonly objectSelector?: object | null;
  }[];
}

/** Those of the keys that have a value. */
const set = (values: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));

function partOf({ apiVersion, kind, metadata, spec, webhooks }: Source): WholePart {
  const { name, namespace } = metadata;
  const object = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  if (webhooks !== undefined) {
    const selectors = webhooks.map(({ name: webhook, namespaceSelector, objectSelector }) => ({
      name: webhook,
      ...set({ namespaceSelector, objectSelector }),
    }));
    return { ...object, fields: { webhooks: selectors } };
  }
  const selectors = set(kind === "Service" ? { selector: spec?.selector } : { podSelector: spec?.podSelector });
  return { ...object, fields: { spec: selectors }, ...(spec?.ports ? { ports: spec.ports } : {}) };
}

const kinds = ["Service", "NetworkPolicy", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"].map(
  ofKind,
);

/** Reads them from a release's manifest. @param manifest what Helm recorded */
export function wholeParts(manifest: string): readonly WholePart[] {
  const documents = manifest.split(/^---.*$/m).filter((document) => kinds.some((kind) => kind.test(document)));
  return documents.map((document) => partOf(load(document, { json: true }) as Source));
}
