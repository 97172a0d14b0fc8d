import type { V1Pod } from "@kubernetes/client-node";
import { isLive } from "./proxies";
import { closingDate, closingRegistries, minorData, officialHub } from "./releases";

/** Live pods of a namespace that run an image from a registry that closes. */
export interface ClosingImage {
  readonly namespace: string;
  readonly image: string;
  readonly pods: number;
}

/** Whether an image, or a registry, is one of those that are switched off. */
export const isClosing = (image: string) =>
  closingRegistries.some((registry) => image === registry || image.startsWith(`${registry}/`));

/** What the pods run from registries that close, by namespace and image. */
export function closingImages(pods: readonly V1Pod[]): readonly ClosingImage[] {
  const found = new Map<string, ClosingImage>();
  for (const { metadata, spec } of pods.filter(isLive)) {
    const namespace = metadata?.namespace ?? "";
    const images = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ image = "" }) => image);
    for (const image of new Set(images.filter(isClosing))) {
      const key = `${namespace}/${image}`;
      found.set(key, { namespace, image, pods: (found.get(key)?.pods ?? 0) + 1 });
    }
  }
  return [...found.values()].sort((a, b) =>
    `${a.namespace}/${a.image}`.localeCompare(`${b.namespace}/${b.image}`, "en"),
  );
}

const countText = (pods: number) => (pods === 1 ? "1 pod" : `${String(pods)} pods`);

/**
 * The warning about them, a line for each, with the remedy.
 * @param hub the registry that the control plane's release asks for; `undefined`: the chart's own
 */
export function closingText(found: readonly ClosingImage[], hub: string | undefined): readonly string[] {
  return found.map(({ namespace, image, pods }) => {
    const first = hub !== undefined && isClosing(hub) ? `set istio.hub to ${officialHub}, run up` : `run up`;
    return (
      `${countText(pods)} of namespace ${namespace} run ${image}: its registry is switched off in ${closingDate}, and a pod ` +
      `that has to fetch it then does not start. To move: ${first}, then restart what still has it ` +
      `(kubectl -n ${namespace} rollout restart <workload>)`
    );
  });
}

/**
 * What the preview says of the image registry where the charts' own default closes and the program sets the official one.
 * @param hub the registry that the control plane's release asks for; `undefined`: the chart's own
 */
export function hubNote(version: string, hub: string | undefined): string | undefined {
  const closing = minorData(version)?.closingHub;
  if (closing === undefined || hub !== officialHub) return undefined;
  return `images come from ${officialHub}: the charts' own default, ${closing}, is switched off in ${closingDate}`;
}
