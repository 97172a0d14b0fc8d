import { mock } from "node:test";
import timers from "node:timers/promises";
import { hangs, type Answer } from "../../support/apiServer";

/**
 * Time for the tests of a suite: nobody waits. Who sleeps goes on at once, with the clock that much ahead; any other bound
 * is reached when a test, or a sleep, makes its time pass.
 */
export function useClock() {
  const bounds = new Map<object, { readonly at: number; readonly late: () => void }>();
  let [now, slept] = [0, 0];
  const pass = (seconds: number) => {
    now += seconds * 1000;
    for (const [bound, { at, late }] of bounds) {
      if (at > now) continue;
      bounds.delete(bound);
      late();
    }
  };
  beforeEach(() => {
    [now, slept] = [Date.now(), 0];
    bounds.clear();
    for (const clock of [Date, performance]) mock.method(clock, "now", () => now);
    mock.method(globalThis, "setTimeout", (late: () => void, ms: number) => {
      const bound = {};
      bounds.set(bound, { at: now + ms, late });
      return bound;
    });
    mock.method(globalThis, "clearTimeout", (bound: object) => bounds.delete(bound));
    mock.method(timers, "setTimeout", async (ms: number) => {
      slept += ms / 1000;
      pass(ms / 1000);
      await new Promise((resolve) => setImmediate(resolve));
    });
  });
  afterEach(() => {
    mock.restoreAll();
  });
  return {
    /** Makes time pass, in seconds. */
    pass,
    /** How long was slept, in seconds. */
    slept: () => slept,
    /** What a server does that takes the question and is silent for so many seconds. */
    silentFor: (seconds: number) => (): Answer => {
      pass(seconds);
      return hangs;
    },
  };
}
