import type { Send } from "./send";

/** A call's name in the Kubernetes client: `listNamespacedPod`, `readNamespace`, `listPodForAllNamespaces`. */
const callName = /^(list|read|create|delete)(Namespaced)?([A-Z][A-Za-z]+?)(?:ForAllNamespaces)?$/;

const methods = { list: "GET", read: "GET", create: "POST", delete: "DELETE" } as const;

/** What a call is given: what is no part of the path, and no body, is a parameter of it. */
interface Asked {
  readonly name?: string;
  readonly namespace?: string;
  readonly body?: object;
}

/** What is sent as the query. */
type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Fields that the API gives as a text, and the client's types call a Date (`format: date-time` of Kubernetes' OpenAPI). */
const times = new Set(
  (
    "creationTimestamp deletionTimestamp startTime completionTime startedAt finishedAt firstTimestamp lastTimestamp " +
    "eventTime lastObservedTime lastTransitionTime lastProbeTime lastUpdateTime lastHeartbeatTime"
  ).split(" "),
);
/** Maps whose keys people choose. */
const free = new Set("annotations labels matchLabels nodeSelector selector data binaryData stringData".split(" "));

function withDates(value: unknown, key = ""): unknown {
  if (typeof value === "string") return times.has(key) ? new Date(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => withDates(item));
  if (typeof value !== "object" || value === null || free.has(key)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withDates(part, name)]));
}

/** @throws TypeError where one is missing that the call needs: without it another one would be sent, for all objects */
function demand(call: string, needed: Readonly<Record<string, string | undefined>>): void {
  for (const [parameter, value] of Object.entries(needed))
    if (value === undefined || value === "") throw new TypeError(`${call} needs ${parameter}`);
}

function pathOf(kind: string, name: string | undefined, namespace: string | undefined): string {
  const parts = [...(namespace === undefined ? [] : ["namespaces", namespace]), `${kind.toLowerCase()}s`, name];
  return parts.map((part) => (part === undefined ? "" : `/${encodeURIComponent(part)}`)).join("");
}

function queryOf(parameters: Query): string {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    // "continue" is a word of the language: the client has another name for it.
    value === undefined ? [] : [[name === "_continue" ? "continue" : name, String(value)]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

/**
 * The calls of a version of the API by the names, the parameters and the answers of the Kubernetes client's class for it: of
 * kinds whose plural ends in "s" alone, and without subresources.
 * @param root its path: `/api/v1`
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which class's calls these are
export function typedApi<Api extends object>(send: Send, root: string): Api {
  return new Proxy({} as Api, {
    get: (_, call) => {
      const [, verb, namespaced, kind] = callName.exec(String(call)) ?? [];
      if (verb === undefined || kind === undefined) return undefined;
      return async ({ name, namespace, body, ...parameters }: Asked & Query = {}) => {
        demand(String(call), {
          ...(namespaced === undefined ? {} : { namespace }),
          ...(verb === "read" || verb === "delete" ? { name } : {}),
        });
        const path = `${root}${pathOf(kind, name, namespace)}${queryOf(parameters)}`;
        const answer = await send(methods[verb as keyof typeof methods], path, body === undefined ? {} : { body });
        return withDates(JSON.parse(answer));
      };
    },
  });
}
