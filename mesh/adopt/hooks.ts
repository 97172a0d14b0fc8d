import type { FoundMesh, RenderedPlan } from "./found";
import { isHook, isMadeAnew, keyOf, type AnyObject } from "./objects";

/**
 * Live objects that stand where Helm makes those of its hooks. `helm template | kubectl apply` leaves them: it takes hooks for
 * objects like others.
 */
export function hooksInTheWay({ releases, live }: FoundMesh, plans: readonly RenderedPlan[]): readonly AnyObject[] {
  return plans.flatMap(({ name, objects }) => {
    const when = releases.some((release) => release.name === name) ? "upgrade" : "install";
    return objects.flatMap((object) => {
      const there = live.get(keyOf(object));
      return there !== undefined && isHook(object) && isMadeAnew(object, when) ? [there] : [];
    });
  });
}

/** Whether it is a Job that has done its work: without it nothing is missing. */
export const isDoneJob = (object: AnyObject) =>
  object.kind === "Job" &&
  ((object as { readonly status?: { readonly succeeded?: number } }).status?.succeeded ?? 0) > 0;
