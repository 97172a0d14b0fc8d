import type { RenderedPlan } from "./found";

// Settings that say whether a part is the stack's.
const switches: Readonly<Record<string, string>> = {
  "kiali-server": "kiali.enabled",
  cni: "istio.cni.enabled",
  ztunnel: "istio.ztunnel.enabled",
  gateway: "istio.gateway.enabled",
};

/** The setting with which a chart becomes the stack's; of one that is no optional part there is none. */
export const switchOf = (chart: string): string | undefined => switches[chart];

/** How a part is left as it is, to be said behind what is wrong with it. */
export function wayOf({ chart }: RenderedPlan): string {
  const setting = switchOf(chart);
  return setting === undefined ? "" : `. To leave that part as it is: ${setting}: false`;
}
