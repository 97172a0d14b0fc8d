import type { V1Pod } from "@kubernetes/client-node";
import * as semver from "semver";
import { isVersion } from "../istio/controlPlanes";
import { unreadable } from "../istio/images";
import { countByWorkload, countText, isPinned, proxyRevision, proxyVersion, type Counts } from "../istio/proxies";
import { listText } from "../rollout/plan";
import type { HelmRevision } from "./gateTypes";
import { recordedImage, recordsOf } from "./helmHistory";

/** What went wrong with the release of a control plane. */
export type Failure = { readonly release: string } & (
  | {
      /** Helm could not upgrade it. */
      readonly what: "upgrade";
      /** Revision in the stack's state before this run; absent where that has none. */
      readonly known: number | undefined;
      /** What was said of it. */
      readonly errors: readonly string[];
    }
  | {
      /** Helm upgraded it, and sidecars cannot depend on it. */
      readonly what: "unfit";
      /** Version of its chart. */
      readonly version: string;
    }
);

/** Where a release goes back to, or why it stays. */
export type WayBack =
  | {
      readonly to: HelmRevision;
      /** When the first revision after it was begun, in seconds since 1970; absent where that is not known. */
      readonly since?: number | undefined;
    }
  | { readonly stays: string };

// Helm's words where the record that is pending is another run's.
const another = /another operation \(install\/upgrade\/rollback\) is in progress/;

const nameOf = ({ revision, chartVersion, status }: HelmRevision) =>
  `its revision ${String(revision)}${chartVersion === "" ? "" : `, ${chartVersion},`} is ${status}`;

/**
 * Why nothing is there that could be undone; `undefined` where something is. Helm fails without a record where the API server
 * is away, another run is at work, an object cannot be built or has another owner: then the release that runs was not touched.
 */
function untouched(last: HelmRevision, failure: Failure): string | undefined {
  if (failure.what === "unfit") {
    // Nobody takes back what is not what this upgrade made.
    const made = last.status === "deployed" && last.chartVersion === failure.version;
    return made ? undefined : `${nameOf(last)}, and not what this upgrade made`;
  }
  const { known = 0, errors } = failure;
  if (last.status.startsWith("pending-") && errors.some((text) => another.test(text)))
    return `another run of Helm is at work on it (${nameOf(last)})`;
  // A pending one is this run's, to which Helm could not write its end.
  const made = (last.status === "failed" || last.status.startsWith("pending-")) && last.revision > known;
  return made ? undefined : `Helm made no revision in this upgrade, so what runs was not touched (${nameOf(last)})`;
}

/**
 * Decides whether the release of a control plane is rolled back, and to what: only what failed is, to the last revision that
 * was deployed before it.
 */
export function wayBack(all: readonly HelmRevision[], failure: Failure): WayBack {
  const records = recordsOf(all, failure.release);
  const last = records.at(-1);
  if (last === undefined) return { stays: "it has no record of Helm's" };
  const stays = untouched(last, failure);
  if (stays !== undefined) return { stays };
  const unlike = failure.what === "unfit" ? failure.version : undefined;
  const to = records
    .slice(0, -1)
    .findLast(
      ({ status, chartVersion }) => ["deployed", "superseded"].includes(status) && !["", unlike].includes(chartVersion),
    );
  if (to === undefined) return { stays: "it has no earlier revision to roll back to" };
  return { to, since: records[records.indexOf(to) + 1]?.createdAt };
}

/**
 * Whether the version of a pod's proxy says nothing about a rollback, because it ran with the revision that this leads to: of an
 * image that a person chose, or without a version, only that is known, and else such a pod would keep any rollback away.
 */
function ranBefore(pod: V1Pod, since: number | undefined): boolean {
  const created = pod.metadata?.creationTimestamp?.getTime();
  if (since === undefined || created === undefined || created / 1000 >= since) return false;
  return isPinned(pod) || proxyVersion(pod) === unreadable;
}

/**
 * Why a rollback would put the control plane below its proxies, which Istio does not support; `undefined` where all are as old
 * as the revision that it leads to.
 * @param pods of the whole cluster; `undefined` where they may not be seen
 * @param revision of the control plane
 * @see https://istio.io/latest/docs/releases/supported-releases/ "Control Plane/Data Plane Skew"
 */
export function belowProxies(
  pods: readonly V1Pod[] | undefined,
  revision: string,
  { to, since }: Extract<WayBack, { to: HelmRevision }>,
): string | undefined {
  if (pods === undefined)
    return "not permitted to list the pods of all namespaces, so nobody knows whether proxies are newer already";
  const asked = recordedImage(to);
  const version = isVersion(asked) ? asked : to.chartVersion;
  const isNewer = (one: string) => one === unreadable || !isVersion(version) || semver.gt(one, version);
  const own = pods.filter((pod) => proxyRevision(pod) === revision && !ranBefore(pod, since));
  const newer = Object.entries(countByWorkload(own)).flatMap(([workload, counts]) => {
    const some: Counts = Object.fromEntries(Object.entries(counts).filter(([one]) => isNewer(one)));
    return Object.keys(some).length === 0 ? [] : [`${workload}: ${countText(some)}`];
  });
  return newer.length === 0
    ? undefined
    : `proxies are newer than ${version}, or their version cannot be read: ${listText(newer.sort())}`;
}
