import { isDeepStrictEqual } from "node:util";
import { plainCredentials } from "../install/plainCredentials";
import { systemNamespace } from "../istio/names";
import { placesOfOthers } from "../istio/setByOthers";
import { groupOf, isTree } from "../kubernetesObject";
import { placeFilter } from "../places";

/** A Kubernetes object, as far as an adoption looks at it. */
export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

type Tree = Readonly<Record<string, unknown>>;

/** What makes an object the same one: group, kind, namespace and name. A release's objects without a namespace are in its own. */
export function keyOf(object: AnyObject): string {
  const { namespace = "", name } = object.metadata;
  return [groupOf(object.apiVersion), object.kind, namespace === systemNamespace ? "" : namespace, name].join("/");
}

/** An object for a person: `Deployment istio-system/istiod`. */
export function titleOf({ kind, metadata: { namespace, name } }: AnyObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Helm runs these at certain moments, and counts them to no release. @see https://helm.sh/docs/topics/charts_hooks/ */
export const isHook = ({ metadata }: Pick<AnyObject, "metadata">) =>
  metadata.annotations?.["helm.sh/hook"] !== undefined;

/**
 * Whether Helm, at an upgrade or a first install, makes a hook's object without taking away one that is there: then it fails.
 * Without a policy it takes it away first. @see https://helm.sh/docs/topics/charts_hooks/#hook-deletion-policies
 */
export function isMadeAnew({ metadata: { annotations = {} } }: AnyObject, when: "install" | "upgrade"): boolean {
  const policy = annotations["helm.sh/hook-delete-policy"];
  const runs = (annotations["helm.sh/hook"] ?? "").split(",").some((one) => one.trim().endsWith(`-${when}`));
  return runs && policy !== undefined && !policy.includes("before-hook-creation");
}

// By which key the API server tells the items of a list apart, where it is not the name.
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  ports: ["containerPort", "port"],
  volumeMounts: ["mountPath"],
};

/** The key that tells the items of two lists apart; `undefined` where a list is replaced as a whole. */
function mergeKeyOf(list: string, items: readonly unknown[]): string | undefined {
  const keys = mergeKeys[list] ?? ["name"];
  return keys.find((key) => items.length > 0 && items.every((item) => isTree(item) && item[key] !== undefined));
}

function removedItems(list: string, before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const key = mergeKeyOf(list, [...before, ...after]);
  if (key === undefined) return after;
  const valueOf = (item: unknown) => (isTree(item) ? item[key] : undefined);
  const gone = before.filter((item) => after.every((one) => valueOf(one) !== valueOf(item)));
  const merged = after.map((item) => {
    const old = before.find((one) => valueOf(one) === valueOf(item));
    return isTree(item) && isTree(old) ? withRemovals(old, item, true) : item;
  });
  return [...merged, ...gone.map((item) => ({ [key]: valueOf(item), $patch: "delete" }))];
}

/**
 * What Helm sends to bring an object from the last revision's text to the next one's: the new text, and nulls for what only the
 * old one had.
 * @param strategic whether the API server knows the kind, and so how its lists are merged
 */
export function withRemovals(before: Tree, after: Tree, strategic: boolean): Tree {
  const gone = Object.keys(before).filter((key) => !(key in after) && before[key] !== null);
  const kept = Object.entries(after).map(([key, value]) => {
    const old = before[key];
    if (isTree(value) && isTree(old)) return [key, withRemovals(old, value, strategic)];
    if (strategic && Array.isArray(value) && Array.isArray(old)) return [key, removedItems(key, old, value)];
    return [key, value];
  });
  return Object.fromEntries([...kept, ...gone.map((key) => [key, null])]) as Tree;
}

/** What becomes of an object that is merged with another text: maps key by key, anything else in the place of what was there. */
export function merged(live: unknown, wanted: unknown): unknown {
  if (!isTree(live) || !isTree(wanted)) return wanted;
  const keys = [...new Set([...Object.keys(live), ...Object.keys(wanted)])];
  return Object.fromEntries(keys.map((key) => [key, key in wanted ? merged(live[key], wanted[key]) : live[key]]));
}

/** A field of an object that changes. */
export interface Change {
  /** Such as `spec.ports[0].name`. */
  readonly path: string;
  /** Absent where it is new. */
  readonly from?: string;
  /** Absent where it goes. */
  readonly to?: string;
}

// The server's own words about an object.
const unseen = [
  /^metadata\.(managedFields|resourceVersion|generation|creationTimestamp|uid|selfLink)$/,
  /^status$/,
  /^metadata\.annotations\.kubectl\.kubernetes\.io\/last-applied-configuration$/,
];

const longest = 70;
const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** A value that is told by its key not to be for everybody's eyes, such as a signing key. */
const isSecret = (key: string, value: unknown) => plainCredentials({ [key]: value }).length > 0;
const hidden = "(not shown)";

/** A line of a text, without what is secret in it. */
function lineText(line: string): string {
  const [, key = "", value = ""] = /^\s*-?\s*"?([\w.-]+)"?:\s*"?([^"]*)"?,?\s*$/.exec(line) ?? [];
  return isSecret(key, value) || isSecret("text", line) ? `${key}: ${hidden}` : cut(line.trim());
}

/** The first lines in which two texts differ, and in how many they do. */
function textChange(path: string, from: string, to: string): Change {
  const [before, after] = [from.split("\n"), to.split("\n")];
  const [lost, come] = [before.filter((line) => !after.includes(line)), after.filter((line) => !before.includes(line))];
  const count = Math.max(lost.length, come.length);
  const where = `${path} (${String(count)} ${count === 1 ? "line" : "lines"})`;
  const [first, next] = [lost[0], come[0]];
  return {
    path: where,
    ...(first === undefined ? {} : { from: lineText(first) }),
    ...(next === undefined ? {} : { to: lineText(next) }),
  };
}

function shown(path: string, value: unknown): string {
  const key = path.split(".").at(-1) ?? "";
  return isSecret(key, value) ? hidden : cut(typeof value === "string" ? value : JSON.stringify(value));
}

/** The fields in which an object differs from what becomes of it. */
export function changesBetween(live: unknown, after: unknown, path = ""): readonly Change[] {
  if (unseen.some((pattern) => pattern.test(path)) || isDeepStrictEqual(live, after)) return [];
  if (isTree(live) && isTree(after)) {
    const keys = [...new Set([...Object.keys(live), ...Object.keys(after)])];
    return keys.flatMap((key) => changesBetween(live[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(live) && Array.isArray(after) && live.length === after.length)
    return live.flatMap((item, at) => changesBetween(item, after[at], `${path}[${String(at)}]`));
  if (typeof live === "string" && typeof after === "string" && `${live}${after}`.includes("\n"))
    return [textChange(path, live, after)];
  return [
    {
      path,
      ...(live === undefined ? {} : { from: shown(path, live) }),
      ...(after === undefined ? {} : { to: shown(path, after) }),
    },
  ];
}

/** The same of an object, but for what others set in it by design. */
export function changesOf(live: AnyObject, after: unknown): readonly Change[] {
  const isOthers = placeFilter(placesOfOthers(live.kind));
  return changesBetween(live, after).filter(({ path }) => !isOthers(path));
}

/** Whether a change is one of an object's own labels and annotations, on which nothing depends that runs. */
export const isMetadata = ({ path }: Change) => /^metadata\.(labels|annotations)\b/.test(path);

/** Whether the change of a workload makes Kubernetes replace its pods. */
export const replacesPods = ({ kind }: AnyObject, changes: readonly Change[]) =>
  ["Deployment", "DaemonSet", "StatefulSet"].includes(kind) &&
  changes.some(({ path }) => path.startsWith("spec.template"));
