import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../tools/run";

/** Takes a lock that only one process holds; gives the way to let it go, or the process that holds it. */
export function takeLock(file: string): (() => void) | number {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => {
        rmSync(file, { force: true });
      };
    } catch {
      let holder = 0;
      try {
        holder = Number(readFileSync(file, "utf8"));
      } catch {
        // Let go in this very moment.
      }
      if (holder !== 0 && isAlive(holder)) return holder;
      // Its holder is gone.
      rmSync(file, { force: true });
    }
  }
}

/** Does some work while no other process does what has the same lock. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const taken = takeLock(file);
    if (typeof taken === "number") {
      await sleep(100);
      continue;
    }
    try {
      return await work();
    } finally {
      taken();
    }
  }
}
