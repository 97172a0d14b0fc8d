import * as semver from "semver";
import { compareMinors, minorOf, minors } from "../istio/releases";
import { lifecycle } from "./lifecycle";
import type { Step } from "./note";

const nextMinor = (version: string) => `${String(semver.major(version))}.${String(semver.minor(version) + 1)}`;

/** The newest release that is known. */
export const newestKnown = (): string =>
  Object.values(lifecycle)
    .map(({ newest }) => newest)
    .sort(semver.compare)
    .at(-1) ?? "";

/**
 * The steps from one version to another, a minor at a time, each by its newest patch that is known.
 * @returns none where there is no way up
 */
export function hops(from: string, to: string): readonly Step[] {
  const steps: Step[] = [];
  let at = from;
  while (semver.lt(at, to)) {
    const minor = compareMinors(minorOf(at), minorOf(to)) < 0 ? nextMinor(at) : minorOf(to);
    const next = minor === minorOf(to) ? to : (lifecycle[minor]?.newest ?? `${minor}.0`);
    steps.push({ from: at, to: next });
    at = next;
  }
  return steps;
}

/** The step to the newest patch of the next minor; `undefined` where no such minor is known. */
export function nextStep(from: string): Step | undefined {
  const to = lifecycle[nextMinor(from)]?.newest;
  return to === undefined ? undefined : { from, to };
}

const day = 24 * 60 * 60 * 1000;

/** When Istio ends support of a minor, and whether that is announced or computed; `undefined` where nobody can know. */
export function endOfLife(minor: string): { readonly date: string; readonly isAnnounced: boolean } | undefined {
  const announced = lifecycle[minor]?.endOfLife;
  if (announced !== undefined) return { date: announced, isAnnounced: true };
  const passed = minors[minor]?.endOfLife;
  if (passed !== undefined) return { date: passed, isAnnounced: true };
  const [major, number] = minor.split(".");
  const after = lifecycle[`${major ?? ""}.${String(Number(number) + 2)}`]?.released;
  // Six weeks after the second next minor. @see https://istio.io/latest/docs/releases/supported-releases/
  if (after === undefined) return undefined;
  return { date: new Date(Date.parse(after) + 42 * day).toISOString().slice(0, 10), isAnnounced: false };
}
