import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something is so, five minutes at most: a machine may be slow. @throws Error naming what never came */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 300_000;
  while (performance.now() < end) {
    const isSo = async () => condition();
    if (await isSo().catch(() => false)) return;
    await sleep(150);
  }
  throw new Error(`never: ${what}`);
}
