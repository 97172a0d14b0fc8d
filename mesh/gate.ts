import { judgeDefinitions, type Definition } from "./definitions";
import { judgeKubernetes } from "./kubernetes";
import { judgeDrift, judgeRelease, unfinishedFrom } from "./helmReleases";
import type { Identity } from "./identity";
import { unreadable } from "./images";
import { judgeOtherRevisions, planeOf, unserved } from "./revisions";
import { runningVersion, type ControlPlane } from "./planes";
import type { Counts } from "./proxies";
import { judgeTransition, type TransitionVerdict } from "./transition";

/** One revision of a Helm release, as its record in the cluster tells it. */
export interface HelmRecord {
  readonly release: string;
  readonly revision: number;
  readonly status: string;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** The release's description; what this program installs carries its mark. */
  readonly description: string;
  /** Version of the chart; empty where the record cannot be read. */
  readonly chartVersion: string;
  /** The objects, as Helm sent them. */
  readonly manifest: string;
  /** Name of the Secret that is the record. */
  readonly secret: string;
}

/** What the gate found in the cluster. */
export interface Found {
  /** `major.minor` of the API server. */
  readonly kubernetes: string;
  readonly records: readonly HelmRecord[];
  /** Istio's control planes in istio-system. */
  readonly planes: readonly ControlPlane[];
  /** Istio's custom resource definitions. */
  readonly definitions: readonly Definition[];
  /** What deployed releases lack, a line each. */
  readonly missing: readonly Missing[];
  /** Proxies of the mesh by version, by namespace; read where the version changes. */
  readonly proxies: Readonly<Record<string, Counts>>;
  /** Namespaces with active faults; read where the version changes. */
  readonly faults: readonly string[];
  /** Whether ValidatingWebhookConfiguration istio-galley is there; read where the version changes. */
  readonly galley: boolean;
  /** Identity of the cluster. */
  readonly cluster?: string | undefined;
  /** Namespaces that are being deleted, among those the stack writes into. */
  readonly terminating: readonly string[];
}

/** What a deployed release lacks. */
export interface Missing {
  readonly release: string;
  readonly gone: readonly string[];
  /** Jobs of the release that have to be done once more. */
  readonly jobs: readonly string[];
}

/** A Helm release as the stack's state has it. */
export interface KnownRelease {
  readonly name: string;
  /** Absent where an interrupted run left it unknown. */
  readonly revision?: number | undefined;
}

/** What the gate is asked. */
export interface Wanted extends Identity {
  readonly stack: string;
  readonly version: string;
  /** Version that the images will have: a tag in the user's values wins. Default: `version`. */
  readonly target?: string;
  /** Revision of the control plane; absent: the one without. */
  readonly revision?: string | undefined;
  readonly injection: "enabled" | "revision" | "unmanaged";
  readonly allow: readonly string[];
  /** Releases that the stack manages, in order. */
  readonly releases: readonly string[];
  /** Name of the control plane's release. */
  readonly planeRelease: string;
  /** Releases that the stack's state knows, with the revision it knows. */
  readonly known: readonly KnownRelease[];
  /** Version that the last finished update recorded. */
  readonly recorded?: string | undefined;
  /** Whether an earlier run of this stack got past the gate. Only then is half-made work taken for the stack's own. */
  readonly resumed: boolean;
  readonly timeoutSeconds: number;
}

/** A release that is to be applied once more, after the removal of what is in the way. */
export interface Heal {
  readonly release: string;
  /** Helm records that are removed. */
  readonly secrets: readonly string[];
  /** Jobs that are removed, to be done again. */
  readonly jobs?: readonly string[];
  readonly why: string;
}

/** What the gate decides. Refused: nothing is changed. */
export interface Verdict {
  readonly refused: readonly string[];
  readonly heal: readonly Heal[];
  /** Custom resource definitions that are marked as Helm's. */
  readonly adopt: readonly string[];
  readonly warnings: readonly string[];
}

/** @see Wanted.target */
export const targetOf = ({ target, version }: Pick<Wanted, "target" | "version">) => target ?? version;

function judgeShared(found: Found, wanted: Wanted): Verdict {
  const running = runningVersion(planeOf(found.planes, wanted));
  if (running === undefined) {
    const which = wanted.revision === undefined ? "" : ` of revision ${wanted.revision}`;
    const text =
      `no control plane${which} runs in istio-system. Run up for the stack that owns it first, or set ` +
      "istio.controlPlane: managed";
    return { refused: [text], heal: [], adopt: [], warnings: [] };
  }
  const differs = running !== unreadable && running !== wanted.version;
  const warnings = differs ? [`Istio ${running} runs, the settings say ${wanted.version}`] : [];
  return { refused: [], heal: [], adopt: [], warnings };
}

/** A control plane that runs without a Helm release of ours: made by istioctl, helm template, or under other names. */
function foreignMesh({ planes, records }: Found, wanted: Wanted): readonly string[] {
  const [plane] = planes;
  const seen = wanted.known.length > 0 || records.some(({ release }) => wanted.releases.includes(release));
  if (plane === undefined || wanted.resumed || seen) return [];
  const version = runningVersion(plane);
  const what = version === unreadable ? "a control plane" : `Istio ${version ?? ""}`;
  return [
    `${what} runs in istio-system without a Helm release named ${wanted.releases.join(" or ")}: it was ` +
      `installed in another way, and such a mesh is not taken over by this version`,
  ];
}

function judgeStep(found: Found, wanted: Wanted): TransitionVerdict {
  const own = planeOf(found.planes, wanted);
  // One beside others that was never ready is still to come.
  const begun = own?.ready.length === 0 && wanted.recorded === undefined && found.planes.length > 1;
  if (own === undefined || begun) return judgeOtherRevisions(found, wanted);
  const running = runningVersion(own, wanted.recorded) ?? "";
  const { allow } = wanted;
  const step = { ...found, running, wanted: targetOf(wanted), allow, unfinishedFrom: unfinishedFrom(found, wanted) };
  return judgeTransition(step);
}

/** What is gone is made again by applying its release once more. */
function restore({ release, gone, jobs }: Missing): Heal {
  const shown = gone.slice(0, 3).join(", ");
  const more = gone.length > 3 ? ` and ${String(gone.length - 3)} more` : "";
  return { release, secrets: [], jobs: gone.some((line) => line.startsWith("Custom")) ? jobs : [], why: shown + more };
}

/** Heals, and those of further releases: one that is applied anyway needs no second reason. */
const joined = (heals: readonly Heal[], more: readonly Heal[]): readonly Heal[] => [
  ...heals,
  ...more.filter(({ release }) => heals.every((heal) => heal.release !== release)),
];

/**
 * Judges a run before anything changes.
 * @param now seconds since 1970
 */
export function judge(found: Found, wanted: Wanted, now: number): Verdict {
  const stuck = found.terminating.map(
    (name) =>
      `namespace ${name} is being deleted. Wait until it is gone; what holds it: kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`,
  );
  if (wanted.controlPlane === "shared") {
    const shared = judgeShared(found, wanted);
    return { ...shared, refused: [...stuck, ...shared.refused] };
  }
  const kubernetes = judgeKubernetes(wanted.version, found.kubernetes, wanted.allow);
  const releases = wanted.releases.map((name) => judgeRelease(name, found, wanted, now));
  const plane = planeOf(found.planes, wanted);
  const stale = releases.flatMap(({ heal }) => heal);
  const healed = joined(stale, judgeDrift(found, wanted, plane));
  const lost = found.missing
    .filter(({ release }) => wanted.known.some(({ name }) => name === release) && wanted.releases.includes(release))
    .map(restore);
  const definitions = judgeDefinitions(wanted.layout, found.definitions);
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
      ...definitions.refused,
    ],
    heal: joined(healed, lost),
    adopt: definitions.adopt,
    warnings: [
      ...kubernetes.warnings,
      ...step.warnings,
      ...(unread ? ["the running control plane's image has no version: the step to the new one is not judged"] : []),
    ],
  };
}
