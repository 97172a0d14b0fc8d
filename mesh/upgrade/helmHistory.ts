import { isVersion, type ControlPlane } from "../istio/controlPlanes";
import { versionOf } from "../istio/images";
import type { HelmRevision, JudgedMesh, ObservedMesh, Repair } from "./gateTypes";

/** How this program marks a release as the work of one stack. */
export const ownerMark = (stack: string) => `jam-istio/${stack}`;

/** The way into a stack of a mesh that somebody else made. */
export const adoptText = (stack: string) => `npx jam-istio adopt ${stack} shows how it is taken over`;

/** The way out of a stack that was let go of by half. */
export const releaseText = (stack: string) => `npx jam-istio release ${stack} finishes it`;

/** The records of a release, the newest last. */
export const recordsOf = (records: readonly HelmRevision[], name: string): readonly HelmRevision[] =>
  records.filter(({ release }) => release === name).sort((a, b) => a.revision - b.revision);

/** A record's owner text. Helm overwrites the description on rollback: read the owner from the revision rolled back to. */
function markOf(record: HelmRevision, records: readonly HelmRevision[]): string {
  const back = /^Rollback to (\d+)$/.exec(record.description)?.[1];
  const origin = records.find(({ release, revision }) => release === record.release && revision === Number(back));
  return origin?.description ?? record.description;
}

/** Whether a description is a stack's mark. The mark ends it, or a space follows: dev70 is not dev701. */
export const isMarkOf = (description: string, stack: string) => `${description} `.startsWith(`${ownerMark(stack)} `);

/** Whether a revision is the work of a stack. */
export const hasMark = (record: HelmRevision, records: readonly HelmRevision[], stack: string) =>
  isMarkOf(markOf(record, records), stack);

const isOurs = (record: HelmRevision, { records }: ObservedMesh, { stack }: JudgedMesh) =>
  hasMark(record, records, stack);

/** Whether what is deployed of a release is a stack's own, by its mark. */
export const isOwnRelease = (name: string, records: readonly HelmRevision[], stack: string): boolean =>
  recordsOf(records, name).some((record) => record.status === "deployed" && hasMark(record, records, stack));

/**
 * The version before an update of this stack that did not finish: what a finished one recorded, where the newest record of
 * the control plane's release is the stack's own, or never got ready, and of another version.
 */
export function unfinishedFrom(found: ObservedMesh, wanted: JudgedMesh): string | undefined {
  const last = recordsOf(found.records, wanted.controlPlaneRelease).at(-1);
  if (last === undefined || last.chartVersion === wanted.recorded) return undefined;
  return last.status !== "deployed" || isOurs(last, found, wanted) ? wanted.recorded : undefined;
}

/** Whether a release is installed and was never a stack's work; a person may have upgraded one that was. */
export function isForeign(name: string, records: readonly HelmRevision[], stack: string): boolean {
  const own = recordsOf(records, name);
  return own.at(-1)?.status === "deployed" && !own.some((record) => hasMark(record, records, stack));
}

const removeRecords = (names: readonly string[]) => `kubectl -n istio-system delete secret ${names.join(" ")}`;

type Judged = { readonly refused: readonly string[]; readonly repairs: readonly Repair[] };

const nothing: Judged = { refused: [], repairs: [] };

function pending(last: HelmRevision, wanted: JudgedMesh, now: number): Judged {
  const age = Math.max(0, now - last.modifiedAt);
  const { release, status, secret } = last;
  if (age >= wanted.timeoutSeconds) {
    const why = `left ${status} by an interrupted run ${String(age)} s ago`;
    return { refused: [], repairs: [{ release, secrets: [secret], why }] };
  }
  const text =
    `release ${release} is ${status} since ${String(age)} s, less than its timeout of ${String(wanted.timeoutSeconds)} s: ` +
    `another run may still be at work. Wait, or, when none is: ${removeRecords([secret])}`;
  return { refused: [text], repairs: [] };
}

function notOurs(records: readonly HelmRevision[], { stack }: JudgedMesh): Judged {
  const { release = "", description = "" } =
    records.findLast((record) => record.description.startsWith("jam-istio/")) ?? records[0] ?? {};
  const owner = description.startsWith("jam-istio/") ? (description.split(" ")[0] ?? "") : undefined;
  const text =
    owner === ownerMark(stack)
      ? `release ${release} was installed by ${owner} and is unknown to this state: the stack was deployed from another ` +
        `backend. Log in to that one (pulumi login). Where a release of it was broken off: ${releaseText(stack)}`
      : `release ${release} exists in istio-system and is not this stack's${owner === undefined ? "" : ` but ${owner}'s`}. ` +
        `Where another stack owns the mesh, set istio.controlPlane: shared${owner === undefined ? `. Where it was installed in another way: ${adoptText(stack)}` : ""}`;
  return { refused: [text], repairs: [] };
}

/** Whether a release is a first revision that this stack began and that never got ready: it carries no mark, and nothing runs on it. */
export const isHalfMade = (own: readonly HelmRevision[], { asked = [] }: Pick<JudgedMesh, "asked">): boolean =>
  own.length === 1 && own.every(({ release, status }) => status !== "deployed" && asked.includes(release));

function unknownToState(
  records: readonly HelmRevision[],
  last: HelmRevision,
  found: ObservedMesh,
  wanted: JudgedMesh,
): Judged {
  if (!wanted.resumed || !(isOurs(last, found, wanted) || isHalfMade(records, wanted))) return notOurs(records, wanted);
  const why = `${last.status}, and unknown to the stack's state: an interrupted run left it`;
  return { refused: [], repairs: [{ release: last.release, secrets: records.map(({ secret }) => secret), why }] };
}

function judgeSettled(
  records: readonly HelmRevision[],
  last: HelmRevision,
  found: ObservedMesh,
  wanted: JudgedMesh,
  now: number,
): Judged {
  const known = wanted.known.find(({ name }) => name === last.release);
  if (last.status === "uninstalling" && (known !== undefined || wanted.resumed)) {
    const text =
      `release ${last.release} is half removed since ${String(Math.max(0, now - last.modifiedAt))} s: a destroy was interrupted, or is ` +
      `at work. To finish it: pulumi destroy. ` +
      `To install again: ${removeRecords(records.map(({ secret }) => secret))} && pulumi refresh --yes, then up again`;
    return { refused: [text], repairs: [] };
  }
  if (known === undefined) return unknownToState(records, last, found, wanted);
  // Of one that failed the state may have the revision, by a refresh, and the settings of before: it would take it for unchanged.
  if (last.status === "failed") {
    const why = `the change to its revision ${String(last.revision)} failed`;
    return { refused: [], repairs: [{ release: last.release, secrets: [], why }] };
  }
  if (known.revision === undefined || last.revision <= known.revision || !isOurs(last, found, wanted)) return nothing;
  // Its values may differ from the settings although the state says that nothing changed.
  const how = last.description.startsWith("Rollback to ")
    ? "it was rolled back in its revision"
    : "an interrupted run made its revision";
  const why = `${how} ${String(last.revision)}, the stack's state knows ${String(known.revision)}`;
  return { refused: [], repairs: [{ release: last.release, secrets: [], why }] };
}

/** Judges one release by its Helm records: whether it is fine, to be repaired, or in the way. */
export function judgeRelease(name: string, found: ObservedMesh, wanted: JudgedMesh, now: number): Judged {
  const records = recordsOf(found.records, name);
  const known = wanted.known.some((release) => release.name === name);
  const last = records.at(-1);
  if (last === undefined) {
    const text =
      `release ${name} is in the stack's state and not in the cluster: it was uninstalled, by somebody or by a run that was killed. ` +
      `Run: pulumi refresh --yes, then up again`;
    return { refused: known ? [text] : [], repairs: [] };
  }
  if (!last.status.startsWith("pending-")) return judgeSettled(records, last, found, wanted, now);
  if (!known && !wanted.resumed) return notOurs(records, wanted);
  const before = records.at(-2);
  // Under it lies the last revision that got ready, and that one tells whose the release is.
  const rest = known || before === undefined ? nothing : judgeSettled(records.slice(0, -1), before, found, wanted, now);
  if (rest.refused.length > 0) return rest;
  const stuck = pending(last, wanted, now);
  return { refused: stuck.refused, repairs: stuck.refused.length > 0 ? [] : [...stuck.repairs, ...rest.repairs] };
}

/** The version of the control plane that a release's manifest asks for. */
export function recordedImage({ manifest }: HelmRevision): string {
  return versionOf(/^\s+image: ["']?(\S+\/pilot:[^"'\s]+)/m.exec(manifest)?.[1]);
}

/** A control plane that somebody moved to another version by hand, while the settings stayed: put back. */
export function judgeDrift(
  found: ObservedMesh,
  wanted: JudgedMesh,
  plane: ControlPlane | undefined,
): readonly Repair[] {
  const { controlPlaneRelease: release, version } = wanted;
  const last = recordsOf(found.records, release).at(-1);
  const known = wanted.known.find(({ name }) => name === release);
  if (plane === undefined || last?.status !== "deployed" || known?.revision === undefined) return [];
  // A record that cannot be read names no version.
  const upgraded = last.revision > known.revision && isVersion(last.chartVersion) && last.chartVersion !== version;
  const asked = recordedImage(last);
  const edited =
    last.chartVersion === version && isVersion(asked) && isVersion(plane.declared) && plane.declared !== asked;
  if (!upgraded && !edited) return [];
  const how = upgraded
    ? `release ${release} was upgraded to ${last.chartVersion} by hand`
    : `${plane.declared} was set by hand`;
  return [{ release, secrets: [], why: `${how}, the settings say ${version}` }];
}

/** Releases that are not installed, or whose newest revision is not in place, a line each. */
export function unfinishedReleases(names: readonly string[], records: readonly HelmRevision[]): readonly string[] {
  return names.flatMap((name) => {
    const status = recordsOf(records, name).at(-1)?.status ?? "not installed";
    return status === "deployed" ? [] : [`release ${name} is ${status}`];
  });
}
