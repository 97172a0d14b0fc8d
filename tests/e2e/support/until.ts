import { setTimeout as sleep } from "node:timers/promises";

/** Waits, a minute at most, until something is so. @throws Error naming what never came */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1200; turn++) {
    if (await condition().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error(`never: ${what}`);
}
