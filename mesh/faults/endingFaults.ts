import { faultAnnotations, isActing } from "./faultObjects";

/** An object of a fault that is in the cluster. */
export interface FoundFaultObject {
  readonly kind: string;
  readonly name: string;
  /** Kind and name. */
  readonly key: string;
  readonly namespace?: string;
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

/** Objects that are to go: those that are not wanted. */
export const faultsToEnd = (found: readonly FoundFaultObject[], { objects }: DesiredFaults) =>
  found.filter(({ key }) => !objects.includes(key));

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
export function endingText({ name, annotations = {} }: FoundFaultObject): string {
  const read = (which: keyof typeof faultAnnotations) => annotations[faultAnnotations[which]] ?? "unknown";
  return `fault ${name} (drill ${read("drill")}, since ${read("start")}) is not in the settings; up ends it`;
}

/** Objects of drills whose time is over. One without an end stays until somebody ends it. */
export const expiredObjects = (found: readonly FoundFaultObject[], now: number): readonly FoundFaultObject[] =>
  found.filter(({ annotations = {} }) => Date.parse(annotations[faultAnnotations.end] ?? "") < now);
