import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { lock, type LockOptions } from "proper-lockfile";

/** When the lock of a process that was killed is free again, in milliseconds. */
const staleMs = 20_000;

/** Another process holds the lock. */
export class Locked extends Error {}

async function take(target: string, retries: LockOptions["retries"]): Promise<() => Promise<void>> {
  await mkdir(dirname(target), { recursive: true });
  return lock(target, {
    lockfilePath: `${target}.lockdir`,
    // What is locked need not be there.
    realpath: false,
    stale: staleMs,
    update: staleMs / 4,
    ...(retries === undefined ? {} : { retries }),
    // Where this process was stopped for so long that another took the lock, both work: each in a folder of its own.
    onCompromised: () => undefined,
  });
}

/**
 * Takes a lock that only one process holds; gives the way to let it go.
 * @throws Locked when another process holds it
 */
export async function takeLock(target: string): Promise<() => Promise<void>> {
  return take(target, undefined).catch((error: unknown) => {
    const held = error instanceof Error && "code" in error && error.code === "ELOCKED";
    throw held ? new Locked(`${target} is locked by another run`, { cause: error }) : error;
  });
}

/** Does some work while no other process does what has the same lock. */
export async function withLock<T>(target: string, work: () => Promise<T>): Promise<T> {
  const release = await take(target, { forever: true, factor: 1, minTimeout: 100, maxTimeout: 100 });
  try {
    return await work();
  } finally {
    await release();
  }
}
