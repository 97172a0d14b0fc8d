import type { Found, Heal, HelmRecord, Wanted } from "./gate";

/** How this program marks a release as the work of one stack. */
export const ownerMark = (stack: string) => `jam-istio/${stack}`;

// The mark ends the description, or a space follows: dev70 is not dev701.
const isOurs = ({ description }: HelmRecord, { stack }: Wanted) => `${description} `.startsWith(`${ownerMark(stack)} `);

const removeRecords = (names: readonly string[]) => `kubectl -n istio-system delete secret ${names.join(" ")}`;

type Judged = { readonly refused: readonly string[]; readonly heal: readonly Heal[] };

const nothing: Judged = { refused: [], heal: [] };

function pending(last: HelmRecord, wanted: Wanted, now: number): Judged {
  const age = Math.max(0, now - last.modifiedAt);
  const { release, status, secret } = last;
  if (age >= wanted.timeoutSeconds) {
    const why = `left ${status} by an interrupted run ${String(age)} s ago`;
    return { refused: [], heal: [{ release, secrets: [secret], why }] };
  }
  const text =
    `release ${release} is ${status} since ${String(age)} s, less than its timeout of ${String(wanted.timeoutSeconds)} s: ` +
    `another run may still be at work. Wait, or, when none is: ${removeRecords([secret])}`;
  return { refused: [text], heal: [] };
}

function notOurs(records: readonly HelmRecord[], { stack }: Wanted): Judged {
  const { release = "", description = "" } =
    records.findLast((record) => record.description !== "") ?? records[0] ?? {};
  const owner = description.startsWith("jam-istio/") ? (description.split(" ")[0] ?? "") : undefined;
  const text =
    owner === ownerMark(stack)
      ? `release ${release} was installed by ${owner} and is unknown to this state: the stack was deployed from another ` +
        `backend. Log in to that one (pulumi login)`
      : `release ${release} exists in istio-system and is not this stack's${owner === undefined ? "" : ` but ${owner}'s`}. ` +
        `Where another stack owns the mesh, set istio.controlPlane: shared. A mesh that was installed in another way is ` +
        `not taken over by this version`;
  return { refused: [text], heal: [] };
}

function unknownToState(records: readonly HelmRecord[], last: HelmRecord, wanted: Wanted): Judged {
  // A first revision that never got ready carries no mark, and nothing runs on it.
  const halfMade = last.status !== "deployed" && records.length === 1;
  if (!wanted.resumed || !(isOurs(last, wanted) || halfMade)) return notOurs(records, wanted);
  const why = `${last.status}, and unknown to the stack's state: an interrupted run left it`;
  return { refused: [], heal: [{ release: last.release, secrets: records.map(({ secret }) => secret), why }] };
}

function judgeSettled(records: readonly HelmRecord[], last: HelmRecord, wanted: Wanted, now: number): Judged {
  const known = wanted.known.find(({ name }) => name === last.release);
  if (last.status === "uninstalling" && (known !== undefined || wanted.resumed)) {
    const text =
      `release ${last.release} is half removed since ${String(Math.max(0, now - last.modifiedAt))} s: a destroy was interrupted, or is ` +
      `at work. To finish it: pulumi destroy. ` +
      `To install again: ${removeRecords(records.map(({ secret }) => secret))} && pulumi refresh --yes, then up again`;
    return { refused: [text], heal: [] };
  }
  if (known === undefined) return unknownToState(records, last, wanted);
  if (known.revision === undefined || last.revision <= known.revision || !isOurs(last, wanted))
    return { refused: [], heal: [] };
  // Its values may differ from the settings although the state says that nothing changed.
  const why = `an interrupted run made its revision ${String(last.revision)}, the stack's state knows ${String(known.revision)}`;
  return { refused: [], heal: [{ release: last.release, secrets: [], why }] };
}

/** Judges one release by its Helm records: whether it is fine, to be healed, or in the way. */
export function judgeRelease(name: string, found: Found, wanted: Wanted, now: number): Judged {
  const records = found.records.filter(({ release }) => release === name).sort((a, b) => a.revision - b.revision);
  const known = wanted.known.some((release) => release.name === name);
  const last = records.at(-1);
  if (last === undefined) {
    const text =
      `release ${name} is in the stack's state and not in the cluster: somebody uninstalled it. ` +
      `Run: pulumi refresh --yes, then up again`;
    return { refused: known ? [text] : [], heal: [] };
  }
  if (!last.status.startsWith("pending-")) return judgeSettled(records, last, wanted, now);
  if (!known && !wanted.resumed) return notOurs(records, wanted);
  const before = records.at(-2);
  // Under it lies the last revision that got ready, and that one tells whose the release is.
  const rest = known || before === undefined ? nothing : judgeSettled(records.slice(0, -1), before, wanted, now);
  if (rest.refused.length > 0) return rest;
  const stuck = pending(last, wanted, now);
  return { refused: stuck.refused, heal: stuck.refused.length > 0 ? [] : [...stuck.heal, ...rest.heal] };
}
