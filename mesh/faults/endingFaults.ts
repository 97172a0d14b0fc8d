import { faultAnnotations, isActing, isHelper } from "./faultObjects";

/** An object of a fault that is in the cluster. */
export interface FoundFaultObject {
  readonly kind: string;
  readonly name: string;
  /** Kind and name. */
  readonly key: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The faults that the settings want at this moment. */
export interface DesiredFaults {
  /** Each fault as JSON. */
  readonly wanted: readonly string[];
  /** Keys of the objects that they are made of. */
  readonly objects: readonly string[];
  /** Whether the settings want none at all. */
  readonly off: boolean;
}

/** What of a stack's settings decides whether a run only ends faults. */
export interface RunAim {
  /** What the settings say beside faults, as a short text. */
  readonly rest: string;
  readonly faults: DesiredFaults;
}

/**
 * Objects that are to go: those that are not wanted, and those that Pulumi could not make because they are there already.
 * @param inState keys of the faults' objects in the stack's state
 */
export function faultsToEnd(
  found: readonly FoundFaultObject[],
  { objects }: DesiredFaults,
  inState: readonly string[],
): readonly FoundFaultObject[] {
  return found.filter((one) => !objects.includes(one.key) || (!isHelper(one) && !inState.includes(one.key)));
}

/**
 * True when faults only shrank, or only unwanted objects go; a changed `expires` recreates faults and does not count.
 * @param before what the last run aimed at; absent: there was none
 */
export function onlyEndsFaults(
  before: RunAim | undefined,
  { rest, faults }: RunAim,
  ending: readonly FoundFaultObject[],
): boolean {
  const last = before?.faults;
  if (last === undefined || before?.rest !== rest) return false;
  if (!faults.wanted.every((one) => last.wanted.includes(one))) return false;
  const same = faults.objects.every((one) => last.objects.includes(one));
  return faults.wanted.length < last.wanted.length || (same && ending.some(isActing));
}

/** What the preview says of a fault that is to go. */
export function endingText({ key, name, annotations = {} }: FoundFaultObject, { objects }: DesiredFaults): string {
  const read = (which: keyof typeof faultAnnotations) => annotations[faultAnnotations[which]] ?? "unknown";
  const what = `fault ${name} (drill ${read("drill")}, since ${read("start")})`;
  return objects.includes(key)
    ? `${what} was left by an interrupted run; up recreates it`
    : `${what} is not in the settings; up ends it`;
}
