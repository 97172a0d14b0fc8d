import { judgeKubernetes } from "./kubernetes";
import type { Layout } from "./releases";
import { refuseTransition } from "./transition";

/** One revision of a Helm release, as its record in the cluster tells it. */
export interface HelmRecord {
  readonly release: string;
  readonly revision: number;
  readonly status: string;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** The release's description; what this program installs carries {@link ownerMark}. */
  readonly description: string;
  /** Name of the Secret that is the record. */
  readonly secret: string;
}

/** What the gate found in the cluster. */
export interface Found {
  /** `major.minor` of the API server. */
  readonly kubernetes: string;
  readonly records: readonly HelmRecord[];
  /** Version of the control plane that runs in istio-system, read from its image. */
  readonly running?: string | undefined;
  /** Identity of the cluster. */
  readonly cluster?: string | undefined;
  /** Namespaces that are being deleted, among those the stack writes into. */
  readonly terminating: readonly string[];
}

/** What a stack must not change once it is installed: each would delete one mesh and create another. */
export interface Identity {
  readonly layout: Layout;
  readonly controlPlane: "managed" | "shared";
  readonly releaseName: string;
  readonly namespace: string;
  readonly cluster?: string | undefined;
}

/** A Helm release as the stack's state has it. */
export interface KnownRelease {
  readonly name: string;
  readonly revision: number;
}

/** What the gate is asked. */
export interface Wanted extends Identity {
  readonly stack: string;
  readonly version: string;
  readonly allow: readonly string[];
  /** Releases that the stack manages, in order. */
  readonly releases: readonly string[];
  /** Releases that the stack's state knows, with the revision it knows. */
  readonly known: readonly KnownRelease[];
  readonly timeoutSeconds: number;
}

/** A release that is to be applied once more, after the removal of the Helm records that are in the way. */
export interface Heal {
  readonly release: string;
  readonly secrets: readonly string[];
  readonly why: string;
}

/** What the gate decides. Refused: nothing is changed. */
export interface Verdict {
  readonly refused: readonly string[];
  readonly heal: readonly Heal[];
  readonly warnings: readonly string[];
}

/** How this program marks a release as the work of one stack. */
export const ownerMark = (stack: string) => `jam-istio/${stack}`;

// The mark ends the description, or a space follows: dev70 is not dev701.
const isOurs = ({ description }: HelmRecord, { stack }: Wanted) => `${description} `.startsWith(`${ownerMark(stack)} `);

const removeRecords = (names: readonly string[]) => `kubectl -n istio-system delete secret ${names.join(" ")}`;

function pending(last: HelmRecord, wanted: Wanted, now: number): { readonly refused?: string; readonly heal?: Heal } {
  const age = Math.max(0, now - last.modifiedAt);
  if (age < wanted.timeoutSeconds) {
    return {
      refused:
        `release ${last.release} is ${last.status} since ${String(age)} s, less than its timeout of ${String(wanted.timeoutSeconds)} s: ` +
        `another run may still be at work. Wait, or, when none is: ${removeRecords([last.secret])}`,
    };
  }
  const why = `left ${last.status} by an interrupted run ${String(age)} s ago`;
  return { heal: { release: last.release, secrets: [last.secret], why } };
}

function unknownToState(
  records: readonly HelmRecord[],
  last: HelmRecord,
  wanted: Wanted,
): { readonly refused?: string; readonly heal?: Heal } {
  const secrets = records.map(({ secret }) => secret);
  const ours = isOurs(last, wanted) || (last.status !== "deployed" && records.length === 1);
  if (ours) {
    return {
      heal: {
        release: last.release,
        secrets,
        why: `${last.status}, and unknown to the stack's state: an interrupted run left it`,
      },
    };
  }
  return {
    refused:
      `release ${last.release} exists in istio-system and is not this stack's` +
      `${last.description.startsWith("jam-istio/") ? ` but ${last.description.split(" ")[0] ?? ""}'s` : ""}. ` +
      `Where another stack owns the mesh, set istio.controlPlane: shared. To take it over: ` +
      `pulumi import kubernetes:helm.sh/v3:Release ${last.release} istio-system/${last.release}`,
  };
}

function judgeRelease(
  name: string,
  found: Found,
  wanted: Wanted,
  now: number,
): { readonly refused: string[]; readonly heal: Heal[] } {
  let records = found.records.filter(({ release }) => release === name).sort((a, b) => a.revision - b.revision);
  const known = wanted.known.find((release) => release.name === name);
  const refused: string[] = [];
  const heal: Heal[] = [];
  const take = (result: { readonly refused?: string; readonly heal?: Heal }) => {
    if (result.refused !== undefined) refused.push(result.refused);
    if (result.heal !== undefined) heal.push(result.heal);
  };
  if (records.at(-1)?.status.startsWith("pending-") === true) {
    const last = records.at(-1) as HelmRecord;
    take(pending(last, wanted, now));
    records = records.slice(0, -1);
    if (refused.length > 0) return { refused, heal };
  } else if (known !== undefined && records.length === 0) {
    refused.push(
      `release ${name} is in the stack's state and not in the cluster: somebody uninstalled it. Run: pulumi refresh --yes, then up again`,
    );
  }
  const last = records.at(-1);
  if (last === undefined) return { refused, heal };
  if (last.status === "uninstalling") {
    refused.push(
      `release ${name} was left half removed by an interrupted destroy. To finish it: pulumi destroy. ` +
        `To install again: ${removeRecords(records.map(({ secret }) => secret))} && pulumi refresh --yes, then up again`,
    );
  } else if (known === undefined) {
    take(unknownToState(records, last, wanted));
  } else if (heal.length === 0 && last.revision > known.revision && isOurs(last, wanted)) {
    // Its values may differ from the settings although the state says that nothing changed.
    const why = `an interrupted run made its revision ${String(last.revision)}, the stack's state knows ${String(known.revision)}`;
    heal.push({ release: name, secrets: [], why });
  }
  return { refused, heal };
}

const fixed: readonly { readonly key: keyof Identity; readonly setting: string; readonly way: string }[] = [
  {
    key: "layout",
    setting: "istio.version",
    way: "the two layouts cannot replace one another in place: build a new cluster, or destroy this stack and install afresh",
  },
  {
    key: "controlPlane",
    setting: "istio.controlPlane",
    way: "it would remove the mesh or take another stack's: destroy this stack first",
  },
  {
    key: "releaseName",
    setting: "istio.releaseName",
    way: "it would replace the control plane and every pod of it: set it back",
  },
  {
    key: "namespace",
    setting: "namespace",
    way: "it would delete the instance's objects: make a new stack for the other namespace",
  },
  {
    key: "cluster",
    setting: "kubernetes.context",
    way: "the stack was installed in another cluster: set the context back, or make a new stack",
  },
];

/** Which settings cannot change, given what the last run of the stack recorded. */
export function judgeIdentity(before: Partial<Identity>, now: Identity): readonly string[] {
  return fixed
    .filter(({ key }) => before[key] !== undefined && now[key] !== undefined && before[key] !== now[key])
    .map(({ key, setting, way }) =>
      key === "cluster"
        ? `jam-istio:${setting} leads to another cluster: ${way}`
        : `jam-istio:${setting} changes the ${key} from ${String(before[key])} to ${now[key]}: ${way}`,
    );
}

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
    const missing =
      "no control plane runs in istio-system. Run up for the stack that owns it first, or set istio.controlPlane: managed";
    return { refused: [...stuck, ...(found.running === undefined ? [missing] : [])], heal: [], warnings: [] };
  }
  const kubernetes = judgeKubernetes(wanted.version, found.kubernetes, wanted.allow);
  const releases = wanted.releases.map((name) => judgeRelease(name, found, wanted, now));
  return {
    refused: [
      ...stuck,
      ...kubernetes.refused,
      ...(found.running === undefined ? [] : refuseTransition(found.running, wanted.version)),
      ...releases.flatMap(({ refused }) => refused),
    ],
    heal: releases.flatMap(({ heal }) => heal),
    warnings: kubernetes.warnings,
  };
}
