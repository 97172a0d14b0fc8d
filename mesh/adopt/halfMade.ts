import type { FoundRelease } from "./found";
import type { Asked } from "./types";

/**
 * Whether a release is the first revision that an interrupted adoption of this stack began and that never got ready: it carries no
 * mark yet. The update's gate removes its record, by the same rule, and Helm begins again.
 */
export const isHalfMade = ({ name, status, revision }: FoundRelease, { known, resumed }: Asked): boolean =>
  resumed && !known.includes(name) && status !== "deployed" && revision === 1;
