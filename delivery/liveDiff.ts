import { isMap } from "../config/raw";
import { unreadable, versionOf } from "../mesh/istio/images";
import type { KubernetesObject } from "../render/objects";
import { nameOf, type Comparison } from "./compare/changes";
import { compareObjects, joined } from "./compare/compare";
import { withoutNulls, type Observed } from "./drift/drift";
import { placesByDesign, scaledWorkloads } from "./drift/rules";
import type { StackDiff } from "./stackDiff";

/** What was seen of a cluster. */
export interface Look {
  /** Every object that the stack would create and that can be compared, and what of it is there. */
  readonly looked: readonly { readonly object: KubernetesObject; readonly observed: Observed }[];
  /** Names of what is there and that the stack would not create. */
  readonly additional: readonly string[];
}

const nothing: Comparison = { objects: [], equal: 0, noisy: 0, hidden: 0 };

function compareOne({ object, observed }: Look["looked"][number], noise: readonly string[]): Comparison {
  if (observed.state === "unknown") return nothing;
  if (observed.state === "missing") return compareObjects([], [object], noise);
  const [live, wanted] = [observed.live, observed.wanted].map((one) => withoutNulls(one) as KubernetesObject);
  return live === undefined || wanted === undefined ? nothing : compareObjects([live], [wanted], noise);
}

/** Version of the control plane in an object that is one: its container is called the same in every version. */
function controlPlaneVersion(object: KubernetesObject): string | undefined {
  const { spec } = object as { readonly spec?: { readonly template?: { readonly spec?: { containers?: unknown } } } };
  const containers = spec?.template?.spec?.containers;
  if (object.kind !== "Deployment" || !Array.isArray(containers)) return undefined;
  const image = containers.filter(isMap).find(({ name }) => name === "discovery")?.["image"];
  const version = versionOf(typeof image === "string" ? image : undefined);
  return version === unreadable ? undefined : version;
}

function versionsOf(looked: Look["looked"]): StackDiff["version"] {
  for (const { observed } of looked) {
    if (observed.state !== "there") continue;
    const [before, after] = [controlPlaneVersion(observed.live), controlPlaneVersion(observed.wanted)];
    if (before !== undefined && after !== undefined && before !== after) return { before, after };
  }
  return undefined;
}

/**
 * What applying a stack would do to what is in its cluster now.
 * @param noise patterns of places that are hidden and counted; absent: nothing is hidden, also not what others set by design
 */
export function liveDiff(stack: string, { looked, additional }: Look, noise: readonly string[] | undefined): StackDiff {
  const scaled = scaledWorkloads(looked.map(({ object }) => object));
  const version = versionsOf(looked);
  const unknown = looked.flatMap(({ object, observed }) =>
    observed.state === "unknown" ? [`INCOMPLETE: ${nameOf(object)} could not be compared: ${observed.why}`] : [],
  );
  const others =
    additional.length === 0
      ? []
      : [
          `there, and none of what is rendered: ${additional.join(", ")}. Helm removes of them what its last release had, ` +
            "and nothing else",
        ];
  return {
    stack,
    base: "the cluster",
    ...(version === undefined ? {} : { version }),
    notes: [...unknown, ...others],
    warnings: [],
    complete: unknown.length === 0,
    ...joined(
      looked.map((one) =>
        compareOne(one, noise === undefined ? [] : [...noise, ...placesByDesign(one.object, scaled)]),
      ),
    ),
  };
}
