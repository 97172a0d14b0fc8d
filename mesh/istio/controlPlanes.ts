import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import * as semver from "semver";
import { unreadable, versionOf } from "./images";
import { adoptingAnnotation } from "./names";
import { hasLabels, isReady } from "./pods";

/** One control plane of Istio: a Deployment that serves configuration to proxies. */
export interface ControlPlane {
  /** Its revision; `default` where it has none. */
  readonly revision: string;
  /** Name of the Deployment. */
  readonly name: string;
  /** Version that the Deployment asks for. */
  readonly declared: string;
  /** Versions of its ready pods, lowest first: two in the middle of an upgrade, none when it is down. */
  readonly ready: readonly string[];
  /** The stack that is taking it over. */
  readonly adoptedBy?: string;
}

/** Revision of a control plane without one, as Istio's label says it. */
export const defaultRevision = "default";

/** Revision of a control plane, from the labels of its pods. */
export const planeRevision = (labels: Readonly<Record<string, string>> | undefined) =>
  labels?.["istio.io/rev"] ?? defaultRevision;

/** Image of the container that makes a pod a control plane's; empty where it names none. */
export function discovery(spec: V1Pod["spec"]): string | undefined {
  const container = spec?.containers.find(({ name }) => name === "discovery");
  return container && (container.image ?? "");
}

const byVersion = (a: string, b: string) =>
  semver.valid(a) === null || semver.valid(b) === null ? a.localeCompare(b) : semver.compare(a, b);

/**
 * The control planes among the Deployments of istio-system.
 * @param pods pods of istio-system
 */
export function controlPlanes(deployments: readonly V1Deployment[], pods: readonly V1Pod[]): readonly ControlPlane[] {
  return deployments.flatMap(({ metadata, spec }) => {
    const image = discovery(spec?.template.spec);
    if (image === undefined) return [];
    const own = pods.filter((pod) => isReady(pod) && hasLabels(pod.metadata?.labels, spec?.selector.matchLabels));
    const images = own.map((pod) => discovery(pod.spec)).filter((one) => one !== undefined);
    const adoptedBy = metadata?.annotations?.[adoptingAnnotation];
    return [
      {
        ...(adoptedBy === undefined ? {} : { adoptedBy }),
        revision: planeRevision(spec?.template.metadata?.labels),
        name: metadata?.name ?? "",
        declared: versionOf(image),
        ready: [...new Set(images.map(versionOf))].sort(byVersion),
      },
    ];
  });
}

/**
 * The version that counts as running: what its ready pods run, the lowest of two; of a control plane that is down, what
 * the last finished update recorded, else what its Deployment asks for.
 * @param recorded version that a finished update of the stack recorded
 */
export function runningVersion(plane: ControlPlane | undefined, recorded?: string): string | undefined {
  return plane === undefined ? undefined : (plane.ready[0] ?? recorded ?? plane.declared);
}

/** Whether a control plane's version can be judged. */
export const isVersion = (version: string | undefined): version is string =>
  version !== undefined && version !== unreadable && semver.valid(version) !== null;
