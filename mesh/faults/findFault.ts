import { faultName, type Fault } from "./fault";

/**
 * Finds the fault that a person names: by its place in the list, from 1, or by its name.
 * @returns the fault, or one line that says what there is
 */
export function chooseFault(faults: readonly Fault[], asked: string): Fault | string {
  const all = faults.map((fault, at) => `${String(at + 1)}: ${faultName(fault)}`).join(", ");
  const allowed = all === "" ? "faultInjection.faults is empty" : `there are ${all}`;
  const found = /^\d+$/.test(asked)
    ? faults.filter((_, at) => at + 1 === Number(asked))
    : faults.filter((fault) => faultName(fault) === asked);
  const [fault, ...more] = found;
  if (fault === undefined) return `no fault "${asked}" in the settings: ${allowed}`;
  return more.length === 0 ? fault : `several faults are called "${asked}"; name one by its place: ${allowed}`;
}
