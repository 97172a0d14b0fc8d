import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";

/** When the lock of a process that was killed is free again, in milliseconds. */
const staleMs = 20_000;

/** Another process holds the lock. */
export class Locked extends Error {}

/**
 * Takes a lock that only one process holds; gives the way to let it go.
 * @throws Locked when another process holds it
 */
export async function takeLock(target: string): Promise<() => Promise<void>> {
  await mkdir(dirname(target), { recursive: true });
  const options = { stale: staleMs, update: staleMs / 4, lockfilePath: `${target}.lockdir` };
  const release = await lock(target, {
    ...options,
    // What is locked need not be there.
    realpath: false,
    // Where this process was stopped for so long that another took the lock, both work: each in a folder of its own.
    onCompromised: () => undefined,
  }).catch((error: unknown) => {
    const held = error instanceof Error && "code" in error && error.code === "ELOCKED";
    throw held ? new Locked(`${target} is locked by another run`, { cause: error }) : error;
  });
  // A lock that another took has been let go already.
  return () => release().catch(() => undefined);
}

async function waitForLock(target: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      return await takeLock(target);
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      await sleep(100);
    }
  }
}

/** Does some work while no other process does what has the same lock. */
export async function withLock<T>(target: string, work: () => Promise<T>): Promise<T> {
  const release = await waitForLock(target);
  try {
    return await work();
  } finally {
    await release();
  }
}
