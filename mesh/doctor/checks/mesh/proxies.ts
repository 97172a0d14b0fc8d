import type { V1Pod } from "@kubernetes/client-node";
import * as semver from "semver";
import { isVersion, type ControlPlane } from "../../../istio/controlPlanes";
import { proxyContainer } from "../../../istio/pods";
import { proxyRevisions, proxyVersion } from "../../../istio/proxies";
import { injectionLabel } from "../../../rollout/injectionLabel";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { injects, ownPods } from "../../hosts";
import { replaceable } from "../../workload";
import type { ObjectMetadata } from "../../objects";

const revisionLabel = "istio.io/rev";
const tagLabel = "istio.io/tag";

/** The revision that each revision tag leads to. */
const tagsOf = ({ webhooks }: Evidence): Readonly<Record<string, string>> =>
  Object.fromEntries(
    webhooks.flatMap(({ configuration: { labels = {} } }) => {
      const tag = labels[tagLabel];
      return tag === undefined ? [] : [[tag, labels[revisionLabel] ?? ""] as const];
    }),
  );

function planeOf(pod: V1Pod, planes: readonly ControlPlane[], tags: Readonly<Record<string, string>>) {
  const revisions = proxyRevisions(pod).flatMap((one) => [one, tags[one]]);
  return planes.find(({ revision }) => revisions.includes(revision));
}

function judgeProxy(pod: V1Pod, evidence: Evidence, tags: Readonly<Record<string, string>>): readonly Hit[] {
  const version = proxyVersion(pod);
  // What runs an unreadable tag, or an image of somebody's own, cannot be judged.
  if (version === undefined || evidence.controlPlanes.length === 0) return [];
  const about = { object: replaceable(pod).name };
  const plane = planeOf(pod, evidence.controlPlanes, tags);
  if (plane === undefined) {
    const known = evidence.controlPlanes.map(({ revision }) => revision).join(", ");
    return [
      {
        ...about,
        code: "proxy-orphaned",
        evidence: `pod ${pod.metadata?.name ?? ""}: revision ${proxyRevisions(pod).join(" or ")}; control planes: ${known}`,
        sentence: "its sidecar belongs to a control plane that is not there, and gets nothing new",
        remedy: replaceable(pod).restart,
      },
    ];
  }
  const [serving] = plane.ready;
  if (!isVersion(serving) || !isVersion(version) || semver.eq(version, serving)) return [];
  const evidenceText = `pod ${pod.metadata?.name ?? ""}: sidecar ${version}, control plane ${serving} (Deployment ${plane.name})`;
  if (semver.gt(version, serving))
    return [
      {
        ...about,
        code: "proxy-ahead",
        evidence: evidenceText,
        sentence: "its sidecar is newer than its control plane, which Istio does not support",
        remedy: replaceable(pod).restart,
      },
    ];
  const behind = semver.minor(serving) - semver.minor(version);
  return [
    {
      ...about,
      code: "proxy-behind",
      evidence: evidenceText,
      sentence: `its sidecar is older than its control plane${behind > 1 ? `, by ${String(behind)} minors: Istio supports one` : ""}`,
      remedy: replaceable(pod).restart,
      severity: behind > 1 ? "error" : "warning",
    },
  ];
}

const wantsNone = ({ metadata, spec }: V1Pod) =>
  spec?.hostNetwork === true ||
  (metadata?.labels?.["sidecar.istio.io/inject"] ?? metadata?.annotations?.["sidecar.istio.io/inject"]) === "false";

const setUp = ["istio-proxy", "istio-init", "istio-validation"];

function asProxy({ spec }: V1Pod): string | undefined {
  const ids = [1337, "1337"];
  const isProxys = (context: { readonly runAsUser?: number; readonly runAsGroup?: number } | undefined) =>
    ids.includes(context?.runAsUser ?? 0) || ids.includes(context?.runAsGroup ?? 0);
  const own = (spec?.containers ?? []).filter(({ name }) => !setUp.includes(name));
  return own.find(({ securityContext }) => isProxys(securityContext ?? spec?.securityContext))?.name;
}

function judgePod(pod: V1Pod, namespace: ObjectMetadata | undefined): readonly Hit[] {
  const about = { object: replaceable(pod).name };
  const has = proxyContainer(pod) !== undefined;
  const name = has ? asProxy(pod) : undefined;
  if (name !== undefined)
    return [
      {
        ...about,
        code: "runs-as-proxy",
        evidence: `pod ${pod.metadata?.name ?? ""}: container ${name} runs as user or group 1337`,
        sentence: `what container ${name} sends goes past its sidecar: 1337 is the sidecar's own user`,
        remedy: `give container ${name} another runAsUser and runAsGroup`,
      },
    ];
  if (has || namespace === undefined || !injects(namespace) || wantsNone(pod)) return [];
  return [
    {
      ...about,
      code: "no-sidecar",
      evidence: `pod ${pod.metadata?.name ?? ""}; namespace ${namespace.name} has ${injectionLabel}=${namespace.labels?.[injectionLabel] ?? ""} ${revisionLabel}=${namespace.labels?.[revisionLabel] ?? ""}`,
      sentence: "it has no sidecar, although its namespace gets them: nothing of the mesh counts for it",
      remedy: replaceable(pod).restart,
    },
  ];
}

function judgeNamespace({ name, labels = {} }: ObjectMetadata): readonly Hit[] {
  const [injection, revision] = [labels[injectionLabel], labels[revisionLabel]];
  if (injection === undefined || revision === undefined) return [];
  return [
    {
      code: "labels-contradict",
      object: `Namespace ${name}`,
      evidence: `${injectionLabel}=${injection}, ${revisionLabel}=${revision}`,
      sentence: `its label ${injectionLabel}=${injection} wins, and revision ${revision} counts for nothing`,
      remedy: `kubectl label namespace ${name} ${injectionLabel}-`,
    },
  ];
}

/** Revision tags that lead nowhere. */
function judgeTags(evidence: Evidence): readonly Hit[] {
  const { controlPlanes: planes } = evidence;
  return Object.entries(tagsOf(evidence))
    .filter(([, revision]) => !planes.some((plane) => plane.revision === revision))
    .map(([tag, revision]) => ({
      code: "tag-to-nothing" as const,
      object: `revision tag ${tag}`,
      evidence: `it leads to revision ${revision}; control planes: ${planes.map((one) => one.revision).join(", ") || "none"}`,
      sentence: `namespaces with ${revisionLabel}=${tag} are served by nobody`,
      remedy: `point it at a revision that runs: istioctl tag set ${tag} --revision <revision> --overwrite`,
    }));
}

/** Judges the instances' pods, and what decides which control plane they have. */
export function checkProxies(evidence: Evidence): readonly Hit[] {
  const tags = tagsOf(evidence);
  const own = evidence.namespaces.filter(({ name }) => evidence.instances.includes(name));
  const namespaceOf = ({ metadata }: V1Pod) => own.find(({ name }) => name === metadata?.namespace);
  return [
    ...own.flatMap(judgeNamespace),
    ...ownPods(evidence).flatMap((pod) => [...judgePod(pod, namespaceOf(pod)), ...judgeProxy(pod, evidence, tags)]),
    ...judgeTags(evidence),
  ];
}
