import type { V1Pod } from "@kubernetes/client-node";

/**
 * How a simulated pod can be asked to misbehave: `fail`: a Job's pod ends with exit code 1, any other crashes again and
 * again; `hang`: its image never arrives; `never-ready`: it runs and its readiness probe never succeeds.
 */
export const behaviours = ["fail", "hang", "never-ready"] as const;
export type Behaviour = (typeof behaviours)[number];

/** The ConfigMap that asks, in kube-system: keys `<namespace>.<beginning of the pod's name>`, values a behaviour. */
export const behaviourConfigMap = "jam-istio-lab";

/** A further key: how many configurations every control plane says that proxies refused. */
export const rejectionsKey = "rejections";

/** The annotation by which the simulated node knows; `done` completes a Job's pod. */
export const podAnnotation = "jam-istio.lab/pod";

/** One operation of a JSON patch. */
export interface PatchOperation {
  readonly op: "add" | "replace";
  readonly path: string;
  readonly value: unknown;
}

/** Adds an annotation to a pod. */
export function annotate(pod: V1Pod, key: string, value: string): PatchOperation {
  if (pod.metadata?.annotations === undefined) {
    return { op: "add", path: "/metadata/annotations", value: { [key]: value } };
  }
  return { op: "add", path: `/metadata/annotations/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, value };
}

/** What a pod is asked to do; the longest matching beginning of its name wins. `undefined`: behave. */
export function behaviourOf(
  asked: Readonly<Record<string, string>>,
  namespace: string,
  name: string,
): Behaviour | undefined {
  const [best] = Object.keys(asked)
    .filter((key) => `${namespace}.${name}`.startsWith(key))
    .sort((a, b) => b.length - a.length);
  return behaviours.find((behaviour) => best !== undefined && behaviour === asked[best]);
}
