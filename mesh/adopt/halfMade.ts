import type { Asked } from "./types";

/** A release of Helm's, as far as it matters here. */
interface Release {
  readonly name: string;
  readonly status: string;
  readonly revision: number;
}

/**
 * Whether a release is a first revision that an interrupted adoption of this stack began and that never got ready: it carries no
 * mark yet. The update's gate removes its record, and Helm begins again; until then it counts as not there.
 * @param planned names of the settings' releases
 */
export const isHalfMade = (
  { name, status, revision }: Release,
  { known, begun }: Pick<Asked, "known" | "begun">,
  planned: readonly string[],
): boolean =>
  begun.includes(name) &&
  planned.includes(name) &&
  !known.includes(name) &&
  (status === "failed" || status.startsWith("pending-")) &&
  revision === 1;
