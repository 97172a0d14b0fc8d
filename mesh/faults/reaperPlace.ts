import type { V1LocalObjectReference, V1Pod, V1Toleration } from "@kubernetes/client-node";
import { discovery } from "../istio/controlPlanes";
import { isReady, proxyContainer } from "../istio/pods";
import { isLive } from "../istio/proxies";
import type { FaultObject, Spec } from "./faultObjects";

/** What lets a reaper's pod run where pods of the mesh run already. */
export interface ReaperPlace {
  /** An image that nodes of this cluster have, or can pull. */
  readonly image: string;
  readonly imagePullSecrets?: readonly V1LocalObjectReference[] | undefined;
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  readonly tolerations?: readonly V1Toleration[] | undefined;
  /** What a person should know of it. */
  readonly note?: string;
}

/** Images without a shell, as Istio calls them. */
const distroless = /-distroless\b/;

/** The digest is the distroless image's own. */
const withShell = (image: string) => image.replace(distroless, "").replace(/@sha256:[0-9a-f]+$/, "");

/** The image that most of the pods have, ready ones before others, with one of the pods. */
function commonest(
  pods: readonly V1Pod[],
  imageOf: (pod: V1Pod) => string | undefined,
  wanted: (image: string) => boolean,
) {
  const byImage = new Map<string, V1Pod[]>();
  for (const pod of pods.filter(isLive)) {
    const image = imageOf(pod);
    if (image === undefined || !wanted(image)) continue;
    byImage.set(image, [...(byImage.get(image) ?? []), pod]);
  }
  const ready = (own: readonly V1Pod[]) => own.filter(isReady).length;
  const [first] = [...byImage].sort(([, a], [, b]) => ready(b) - ready(a) || b.length - a.length);
  if (first === undefined) return undefined;
  const [image, own] = first;
  return { image, pod: own.find(isReady) ?? own[0] };
}

const sidecarImage = (pod: V1Pod) => proxyContainer(pod)?.image;
const discoveryImage = ({ spec }: V1Pod) => discovery(spec) || undefined;

/**
 * Where a reaper can run: with the image of a live sidecar of the namespace, and the pull secrets, node selector and
 * tolerations of its pod; else with the control plane's own image. Names put together from settings may be of another registry
 * or variant than what nodes can pull.
 * @param sidecars pods of the faults' namespace
 * @param controlPlane pods of the control plane
 * @returns undefined where neither has a pod
 */
export function reaperPlace(sidecars: readonly V1Pod[], controlPlane: readonly V1Pod[]): ReaperPlace | undefined {
  const hasShell = (image: string) => !distroless.test(image);
  const sidecar = commonest(sidecars, sidecarImage, hasShell);
  if (sidecar !== undefined) return { image: sidecar.image, ...placeOf(sidecar.pod) };
  // Its pull secrets are of another namespace.
  const plane = commonest(controlPlane, discoveryImage, hasShell);
  if (plane !== undefined) return { image: plane.image };
  const bare = commonest(sidecars, sidecarImage, () => true);
  if (bare === undefined) return undefined;
  const image = withShell(bare.image);
  const note =
    `the reaper needs a shell and curl, and the sidecars run ${bare.image}, which has neither: its Job takes ${image}, which ` +
    "nodes have to be able to pull";
  return { image, ...placeOf(bare.pod), note };
}

function placeOf(pod: V1Pod | undefined): Omit<ReaperPlace, "image"> {
  const { imagePullSecrets, nodeSelector, tolerations } = pod?.spec ?? {};
  return { imagePullSecrets, nodeSelector, tolerations };
}

/** The same objects, with their Job where a live pod of the mesh shows that it can run. */
export function placedAt(objects: readonly FaultObject[], place: ReaperPlace | undefined): readonly FaultObject[] {
  if (place === undefined) return objects;
  const { image, imagePullSecrets, nodeSelector, tolerations } = place;
  const more = Object.entries({ imagePullSecrets, nodeSelector, tolerations }).filter(
    ([, value]) => value !== undefined,
  );
  return objects.map((one) => {
    if (one.kind !== "Job") return one;
    const spec = one["spec"] as { readonly template: { readonly spec: { readonly containers: readonly Spec[] } } };
    const { template } = spec;
    const containers = template.spec.containers.map((container) => ({ ...container, image }));
    const pod = { ...template.spec, ...Object.fromEntries(more), containers };
    return { ...one, spec: { ...spec, template: { ...template, spec: pod } } };
  });
}
