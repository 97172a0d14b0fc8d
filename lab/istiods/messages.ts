import { Root, type Type } from "protobufjs/light";

// The two messages of aggregated discovery, by their fields' numbers.
// @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/discovery/v3/discovery.proto

const text = (id: number) => ({ type: "string", id });
const texts = (id: number) => ({ rule: "repeated", ...text(id) }) as const;

const root = Root.fromJSON({
  nested: {
    Struct: { fields: { fields: { keyType: "string", type: "Value", id: 1 } as { type: string; id: number } } },
    List: { fields: { values: { rule: "repeated", type: "Value", id: 1 } } },
    Value: {
      oneofs: { kind: { oneof: ["textValue", "flagValue", "structValue", "listValue"] } },
      fields: {
        textValue: text(3),
        flagValue: { type: "bool", id: 4 },
        structValue: { type: "Struct", id: 5 },
        listValue: { type: "List", id: 6 },
      },
    },
    Node: { fields: { id: text(1), cluster: text(2), metadata: { type: "Struct", id: 3 } } },
    Request: {
      fields: {
        versionInfo: text(1),
        node: { type: "Node", id: 2 },
        resourceNames: texts(3),
        typeUrl: text(4),
        responseNonce: text(5),
      },
    },
    Response: { fields: { versionInfo: text(1), typeUrl: text(4), nonce: text(5) } },
  },
});

/** What a proxy says of itself, as in its bootstrap. */
export type Metadata = string | boolean | readonly Metadata[] | { readonly [key: string]: Metadata };

function valueOf(value: Metadata): object {
  if (typeof value === "string") return { textValue: value };
  if (typeof value === "boolean") return { flagValue: value };
  if (Array.isArray(value)) return { listValue: { values: (value as readonly Metadata[]).map(valueOf) } };
  return { structValue: structOf(value as Readonly<Record<string, Metadata>>) };
}

const structOf = (values: Readonly<Record<string, Metadata>>): object => ({
  fields: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, valueOf(value)])),
});

/** A proxy, as it names itself. */
export interface ProxyNode {
  /** `sidecar~10.0.0.1~web.dev~dev.svc.cluster.local`. */
  readonly id: string;
  readonly metadata: Readonly<Record<string, Metadata>>;
}

/** What is asked for. */
export interface Asked {
  readonly node: ProxyNode;
  readonly typeUrl: string;
  /** None: all. */
  readonly resourceNames: readonly string[];
  /** Of the answer that it acknowledges. */
  readonly versionInfo?: string;
  readonly responseNonce?: string;
}

/** What was answered, but for the resources: istiod says by itself what they are. */
export interface Answer {
  readonly versionInfo: string;
  readonly typeUrl: string;
  readonly nonce: string;
}

const request: Type = root.lookupType("Request");
const response: Type = root.lookupType("Response");

/** A request as bytes. */
export function encodeRequest({ node, ...asked }: Asked): Buffer {
  const message = { ...asked, node: { id: node.id, cluster: "jam-istio", metadata: structOf(node.metadata) } };
  return Buffer.from(request.encode(request.create(message)).finish());
}

/** An answer of bytes. */
export const decodeResponse = (bytes: Uint8Array): Answer => response.decode(bytes) as unknown as Answer;
