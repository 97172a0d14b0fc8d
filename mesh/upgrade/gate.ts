import { runningVersion } from "../istio/controlPlanes";
import { unreadable } from "../istio/images";
import { judgeKubernetes, type KubernetesVerdict } from "../istio/kubernetesSupport";
import { leftReleases } from "./leftReleases";
import { judgeCrds } from "./crds";
import {
  targetOf,
  type HelmRevision,
  type JudgedMesh,
  type Missing,
  type ObservedMesh,
  type Repair,
  type Verdict,
} from "./gateTypes";
import { adoptText, judgeDrift, judgeRelease, unfinishedFrom } from "./helmHistory";
import { controlPlaneOf, judgeOtherRevisions, runningOf, unserved } from "./revisions";
import { judgeTransition, type TransitionVerdict } from "./transition";
import { wholeParts } from "./wholeParts";

function judgeShared(found: ObservedMesh, wanted: JudgedMesh): Verdict {
  const running = runningVersion(controlPlaneOf(found.controlPlanes, wanted));
  if (running === undefined) {
    const which = wanted.revision === undefined ? "" : ` of revision ${wanted.revision}`;
    const text =
      `no control plane${which} runs in istio-system. Run up for the stack that owns it first, or set ` +
      "istio.controlPlane: managed";
    return { refused: [text], repairs: [], adopt: [], warnings: [] };
  }
  const differs = running !== unreadable && running !== wanted.version;
  const warnings = differs ? [`Istio ${running} runs, the settings say ${wanted.version}`] : [];
  return { refused: [], repairs: [], adopt: [], warnings };
}

/** A control plane that runs without a Helm release of ours: made by istioctl, helm template, or under other names. */
function foreignMesh({ controlPlanes: planes, records }: ObservedMesh, wanted: JudgedMesh): readonly string[] {
  const [plane] = planes;
  const seen = wanted.known.length > 0 || records.some(({ release }) => wanted.releases.includes(release));
  const adopting = planes.some(({ adoptedBy }) => adoptedBy === wanted.stack);
  if (plane === undefined || wanted.resumed || seen || adopting) return [];
  const version = runningVersion(plane);
  const what = version === unreadable ? "a control plane" : `Istio ${version ?? ""}`;
  return [
    `${what} runs in istio-system without a Helm release named ${wanted.releases.join(" or ")}: it was ` +
      `installed in another way. ${adoptText(wanted.stack)}`,
  ];
}

/** Whether Kubernetes carries it. Under a mesh that runs and stays as it is that was decided by whoever upgraded the cluster. */
function judgeCluster(found: ObservedMesh, wanted: JudgedMesh): KubernetesVerdict {
  const { version, allow, recorded } = wanted;
  const running = runningVersion(controlPlaneOf(found.controlPlanes, wanted), recorded);
  if (running !== targetOf(wanted)) return judgeKubernetes(version, found.kubernetes, allow);
  const { refused, warnings } = judgeKubernetes(version, found.kubernetes, [...allow, "untested-kubernetes"]);
  return { refused: [], warnings: [...warnings, ...refused] };
}

function judgeStep(found: ObservedMesh, wanted: JudgedMesh): TransitionVerdict {
  const own = controlPlaneOf(found.controlPlanes, wanted);
  // One beside others that was never ready is still to come.
  const begun = own?.ready.length === 0 && wanted.recorded === undefined && found.controlPlanes.length > 1;
  const running = runningOf(found, wanted);
  if (running === undefined || begun) return judgeOtherRevisions(found, wanted);
  const { allow } = wanted;
  const step = { ...found, running, wanted: targetOf(wanted), allow, unfinishedFrom: unfinishedFrom(found, wanted) };
  return judgeTransition(step);
}

/** What is gone is made again by applying its release once more. */
function restore({ release, gone, jobs }: Missing): Repair {
  const shown = gone.slice(0, 3).join(", ");
  const more = gone.length > 3 ? ` and ${String(gone.length - 3)} more` : "";
  return { release, secrets: [], jobs: gone.some((line) => line.startsWith("Custom")) ? jobs : [], why: shown + more };
}

/** Repairs, and those of further releases: one that is applied anyway needs no second reason. */
const joined = (repairs: readonly Repair[], more: readonly Repair[]): readonly Repair[] => [
  ...repairs,
  ...more.filter(({ release }) => repairs.every((one) => one.release !== release)),
];

/** Releases that are applied once more because a person asked for it: what was changed in their objects by hand is put back. */
export function reapplied(
  { repairs, ...verdict }: Verdict,
  { known, releases }: JudgedMesh,
  records: readonly HelmRevision[],
): Verdict {
  const all = joined(
    repairs,
    known
      .filter(({ name }) => releases.includes(name))
      .map(({ name }) => ({ release: name, secrets: [], why: "it is applied once more, as asked" })),
  );
  const deployed = new Map(
    records.filter(({ status }) => status === "deployed").map(({ release, manifest }) => [release, manifest]),
  );
  const withParts = (repair: Repair): Repair => {
    const parts = wholeParts(deployed.get(repair.release) ?? "");
    return parts.length === 0 ? repair : { ...repair, parts };
  };
  return { ...verdict, repairs: all.map(withParts) };
}

/**
 * Judges a run before anything changes.
 * @param now seconds since 1970
 */
export function judge(found: ObservedMesh, wanted: JudgedMesh, now: number): Verdict {
  const stuck = found.terminating.map(
    (name) =>
      `namespace ${name} is being deleted. Wait until it is gone; what holds it: kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`,
  );
  if (wanted.controlPlane === "shared") {
    const shared = judgeShared(found, wanted);
    return { ...shared, refused: [...stuck, ...shared.refused] };
  }
  const kubernetes = judgeCluster(found, wanted);
  const releases = wanted.releases.map((name) => judgeRelease(name, found, wanted, now));
  const plane = controlPlaneOf(found.controlPlanes, wanted);
  const stale = releases.flatMap(({ repairs }) => repairs);
  const repaired = joined(stale, judgeDrift(found, wanted, plane));
  const lost = found.missing
    .filter(({ release }) => wanted.known.some(({ name }) => name === release) && wanted.releases.includes(release))
    .map(restore);
  const crds = judgeCrds(wanted.layout, found.crds);
  const step = judgeStep(found, wanted);
  const unread = runningVersion(plane) === unreadable;
  return {
    refused: [
      ...stuck,
      ...kubernetes.refused,
      ...foreignMesh(found, wanted),
      ...unserved(found, wanted),
      ...step.refused,
      ...releases.flatMap(({ refused }) => refused),
      ...crds.refused,
    ],
    repairs: joined(repaired, lost),
    adopt: crds.adopt,
    warnings: [
      ...kubernetes.warnings,
      ...step.warnings,
      ...leftReleases(found, wanted),
      ...(unread ? ["the running control plane's image has no version: the step to the new one is not judged"] : []),
    ],
  };
}
