import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../render/objects";
import { groups, nameOf, type Change, type Comparison, type Group, type ObjectChange } from "./changes";
import { noiseFilter } from "./noise";
import { pairObjects, type ObjectPair } from "./pairs";
import { withoutSecrets } from "./secrets";
import { compareValues } from "./values";

const rights = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ServiceAccount"];
const webhooks = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

type WithParts = KubernetesObject & {
  readonly spec?: { readonly template?: unknown; readonly jobTemplate?: unknown };
  readonly data?: unknown;
};

const pods = (object: WithParts | undefined) => [object?.spec?.template, object?.spec?.jobTemplate];

/** Whether pods start, end or are replaced. A template has containers: other kinds have templates of something else. */
function restartsPods({ before, after }: ObjectPair): boolean {
  const hasPods = [before, after].some((object) => JSON.stringify(pods(object)).includes('"containers"'));
  return hasPods && !isDeepStrictEqual(pods(before), pods(after));
}

/** Whether it defines kinds; the classic layout keeps the definitions in ConfigMaps. */
function definesKinds({ kind, data }: WithParts): boolean {
  if (kind === "CustomResourceDefinition") return true;
  return kind === "ConfigMap" && /\bkind: ["']?CustomResourceDefinition\b/.test(Object.values(data ?? {}).join("\n"));
}

function groupOf(pair: ObjectPair): Group {
  const object = pair.after ?? pair.before;
  if (object === undefined) return "rest";
  if (restartsPods(pair)) return "restarts";
  if (definesKinds(object)) return "definitions";
  if (webhooks.includes(object.kind)) return "webhooks";
  return rights.includes(object.kind) ? "rights" : "rest";
}

function kindOf({ before, after }: ObjectPair): ObjectChange["kind"] {
  if (before === undefined) return "added";
  if (after === undefined) return "removed";
  return before.metadata.name === after.metadata.name ? "changed" : "renamed";
}

/** The whole of an object that one side lacks: its parts, each by itself. */
function wholeOf(object: KubernetesObject, kind: "added" | "removed"): readonly Change[] {
  const parts = Object.entries(object).filter(([key]) => !["apiVersion", "kind"].includes(key));
  return parts.map(([key, value]) => ({ path: key, kind, value: value as unknown }));
}

function changesOf({ before, after }: ObjectPair): readonly Change[] {
  if (before === undefined) return after === undefined ? [] : wholeOf(after, "added");
  return after === undefined ? wholeOf(before, "removed") : compareValues(before, after);
}

function compared(pair: ObjectPair, isNoise: (change: Change) => boolean): ObjectChange {
  const all = changesOf(pair);
  const shown = all.filter((change) => !isNoise(change));
  const object = pair.after ?? pair.before;
  const kind = kindOf(pair);
  return {
    kind,
    group: groupOf(pair),
    name: object === undefined ? "" : nameOf(object),
    ...(kind === "renamed" && pair.before !== undefined ? { before: pair.before.metadata.name } : {}),
    changes: shown.map((change) => withoutSecrets(object?.kind ?? "", change)),
    hidden: all.length - shown.length,
  };
}

const order = ({ group, name }: ObjectChange) => `${String(groups.indexOf(group))} ${name}`;

/** Several comparisons as one. */
export function joined(comparisons: readonly Comparison[]): Comparison {
  const sum = (key: "equal" | "noisy" | "hidden") => comparisons.reduce((total, one) => total + one[key], 0);
  const objects = comparisons.flatMap((one) => one.objects).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { objects, equal: sum("equal"), noisy: sum("noisy"), hidden: sum("hidden") };
}

/**
 * Compares what two sides would create, or two states of the same objects.
 * @param noise patterns of places that are hidden and counted: {@link noiseFilter}
 */
export function compareObjects(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  noise: readonly string[],
): Comparison {
  const isNoise = noiseFilter(noise);
  const all = pairObjects(before, after).map((pair) => compared(pair, isNoise));
  const differing = all.filter(({ changes, hidden }) => changes.length + hidden > 0);
  // What restarts pods is said, even where only a label of its template does so.
  const shown = differing.filter(({ changes, group }) => changes.length > 0 || group === "restarts");
  return {
    objects: [...shown].sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    equal: all.length - differing.length,
    noisy: differing.length - shown.length,
    hidden: differing.reduce((sum, { hidden }) => sum + hidden, 0),
  };
}
