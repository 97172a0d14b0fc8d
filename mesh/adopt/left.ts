import { faultLabel } from "../faults/faultObjects";
import type { FoundMesh, FoundRelease } from "./found";
import { ownerOf } from "./marks";
import { isTree } from "../kubernetesObject";
import { keyOf, type AnyObject } from "./objects";
import type { PlannedObject } from "./types";

/** Whether a VirtualService breaks something on purpose, as the source document's do: it has a fault, or leads to nobody. */
function injectsFault(object: AnyObject): boolean {
  const { http = [], tcp = [] } = ((object as { spec?: unknown }).spec ?? {}) as { http?: unknown[]; tcp?: unknown[] };
  const leadsNowhere = /"host":"fake[-_]service[".]/.test(JSON.stringify([http, tcp]));
  return leadsNowhere || http.some((rule) => isTree(rule) && rule["fault"] !== undefined);
}

const left = (object: AnyObject, why: string): PlannedObject => ({ object, fate: "left", changes: [], why });

function ofInstance(object: AnyObject): readonly PlannedObject[] {
  if (object.kind === "ServiceEntry") return [left(object, "not among the settings' external services")];
  // This program's own, of a drill.
  if (object.metadata.labels?.[faultLabel] !== undefined || !injectsFault(object)) return [];
  return [
    left(
      object,
      "it injects a fault and stays active: delete it, and say it in faultInjection where it is still wanted",
    ),
  ];
}

const ofIstioctl = (object: AnyObject) =>
  object.kind === "IstioOperator"
    ? left(object, "istioctl's note of what it installed; nothing reads it any more")
    : left(object, "istioctl made it; the settings' charts do not");

/** What stays as it is: nobody's of the stack, and never deleted. */
export function leftOf(
  found: FoundMesh,
  {
    wanted,
    own,
    old,
  }: {
    readonly wanted: ReadonlyMap<string, string>;
    readonly own: ReadonlySet<string>;
    readonly old: readonly FoundRelease[];
  },
): readonly PlannedObject[] {
  const isTaken = (object: AnyObject) => wanted.has(keyOf(object)) || own.has(keyOf(object));
  const released = old.flatMap(({ name, objects }) =>
    objects
      .filter((object) => !isTaken(object) && found.live.has(keyOf(object)))
      .map((object) => left(object, `of release ${name}, which lets go of it`)),
  );
  const known = new Set(released.map(({ object }) => keyOf(object)));
  const others = (objects: readonly AnyObject[]) =>
    objects.filter((object) => !isTaken(object) && !known.has(keyOf(object)));
  // The charts give that label, too; a Helm release that stays is named as a whole.
  const byIstioctl = found.ofIstioctl.filter((object) => ownerOf(object) === undefined);
  return [...released, ...others(byIstioctl).map(ofIstioctl), ...others(found.ofInstance).flatMap(ofInstance)];
}
