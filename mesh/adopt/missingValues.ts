import { isTree } from "../kubernetesObject";

import type { Values } from "../install/helmReleases";

/**
 * Values that a release was made with and the settings do not speak of: carried over they change nothing, left out the chart's
 * default comes back. What the settings say in another way counts as said.
 * @param found what people gave to the old release
 * @param planned what the settings give to the new one
 */
export function missingValues(found: Readonly<Values>, planned: Readonly<Values>): Values {
  const entries = Object.entries(found).flatMap(([key, value]): [string, unknown][] => {
    if (!(key in planned)) return isTree(value) && Object.keys(value).length === 0 ? [] : [[key, value]];
    const own = planned[key];
    if (!isTree(value) || !isTree(own)) return [];
    const below = missingValues(value, own);
    return Object.keys(below).length === 0 ? [] : [[key, below]];
  });
  return Object.fromEntries(entries);
}

// What istioctl and the charts themselves write among the values that they keep in the cluster.
const notGiven = ["ownerName", "_internal_defaults_do_not_set", "compatibilityVersion"];

/** The values that people gave, without what only tools write there. */
export const givenValues = (values: Readonly<Values>): Values =>
  Object.fromEntries(Object.entries(values).filter(([key, value]) => !notGiven.includes(key) && value !== ""));
