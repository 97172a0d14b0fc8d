import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isAlive } from "../../tools/run";
import type { Lock } from "./holders";

/** Where the locks of a stack are, and where the one is noted that a run from this folder took. */
export interface LockPlaces {
  /** Folder of the state; absent where it is not in files of this machine: then no lock is noted. */
  readonly state?: string | undefined;
  /** Name of the stack. */
  readonly stack: string;
  /** File for the note. */
  readonly note: string;
}

/** The lock of a run from this folder: what makes it certain, later, whether that run is gone. */
export interface Note {
  /** The lock's file. */
  readonly lock: string;
  readonly pid: number;
  /** Whose process ids these are: {@link processSpace}. */
  readonly space: string;
}

/**
 * In which a process id means one process: this boot of this machine, and on it this container (its process-id namespace).
 * `undefined` where the system does not say it, which only Linux does.
 */
export function processSpace(): string | undefined {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

/** State and parent of a process of this process space. */
function processOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    // After the name, which may hold anything.
    const [state = "", parent] =
      readFileSync(`/proc/${String(pid)}/stat`, "utf8")
        .split(/.*\) /s)[1]
        ?.split(" ") ?? [];
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Whether a process was begun by this one, or by one that this one began. */
function isOwn(pid: number): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = processOf(at)?.parent)
    if (at === process.pid) return true;
  return false;
}

/** The processes that a process began, and those that they began; none where the system does not say it. */
function begunBy(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8").split(" ");
    const pids = children.map(Number).filter((child) => child > 0);
    return pids.flatMap((child) => [child, ...begunBy(child)]);
  } catch {
    return [];
  }
}

/** Whether a process has ended; a zombie has. */
const isGone = (pid: number) => !isAlive(pid) || processOf(pid)?.state === "Z";

/** The locks of the stack: Pulumi has a folder for each. */
function lockFiles({ state, stack }: LockPlaces): readonly string[] {
  if (state === undefined) return [];
  const folder = join(state, ".pulumi", "locks");
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json") && basename(dirname(name)) === stack)
      .map((name) => join(folder, name));
  } catch {
    // No stack was ever locked there.
    return [];
  }
}

function writeNote(file: string, note: Note): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(note));
}

/** A note that was written, and the one in whose place. */
interface Written {
  readonly note: Note;
  readonly before: Note | undefined;
}

function noteNew(
  places: LockPlaces,
  earlier: readonly string[],
  space: string,
  isOurs: (pid: number) => boolean,
): Written | undefined {
  for (const lock of lockFiles(places).filter((file) => !earlier.includes(file))) {
    try {
      const { pid, hostname: host } = JSON.parse(readFileSync(lock, "utf8")) as { pid: number; hostname: string };
      // Another container counts its processes anew, and most have names of their own.
      if (host !== hostname() || !isOurs(pid)) continue;
      const written = { note: { lock, pid, space }, before: notedLock(places) };
      writeNote(places.note, written.note);
      return written;
    } catch {
      // Half written, or gone again.
    }
  }
  return undefined;
}

/** Puts back what was noted before; a note that another run wrote meanwhile stays. */
function unwrite(places: LockPlaces, { note, before }: Written): void {
  if (notedLock(places)?.lock !== note.lock) return;
  if (before === undefined) rmSync(places.note, { force: true });
  else writeNote(places.note, before);
}

/** What is known of work that failed. */
interface Failed {
  /** Whether it failed because of another run's lock: then it took none, whatever was seen meanwhile. */
  readonly isRefused?: (error: unknown) => boolean;
  /** Whether a person has interrupted it. */
  readonly isInterrupted?: () => boolean;
}

/**
 * Notes the lock that Pulumi takes for a piece of work, if it takes one, so that a later run knows it. Where that is interrupted, the
 * lock goes with it: in the moment between its lock and its first step Pulumi ends at once, and leaves it (its source, 3.248).
 */
export async function noteLock<T>(
  places: LockPlaces,
  work: () => Promise<T>,
  { isRefused = () => false, isInterrupted = () => false }: Failed = {},
): Promise<T> {
  const space = processSpace();
  if (space === undefined || places.state === undefined) return work();
  const earlier = lockFiles(places);
  const begun = new Set<number>();
  let written: Written | undefined;
  const timer = setInterval(() => {
    for (const pid of begunBy(process.pid)) begun.add(pid);
    written = noteNew(places, earlier, space, isOwn);
    if (written !== undefined) clearInterval(timer);
  }, 20);
  try {
    return await work();
  } catch (error) {
    if (isRefused(error)) {
      if (written !== undefined) unwrite(places, written);
    } else if (isInterrupted()) {
      // One that was taken and left since the last look has no parent any more.
      const { note } = written ?? noteNew(places, earlier, space, (pid) => begun.has(pid)) ?? {};
      if (note !== undefined && isGone(note.pid)) removeLock(places, note);
    }
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** The lock that a run from this folder took last. */
export function notedLock({ note }: LockPlaces): Note | undefined {
  try {
    return JSON.parse(readFileSync(note, "utf8")) as Note;
  } catch {
    return undefined;
  }
}

/**
 * Whether it is certain that a lock was left by a run that is gone: it was noted when it was taken, by a run in this process
 * space, in which its process is no more. The names in the lock are not asked: containers share them.
 */
export function isLeft({ file, pid }: Lock, noted: Note | undefined): boolean {
  if (noted === undefined || basename(noted.lock) !== file || noted.pid !== pid) return false;
  return noted.space === processSpace() && isGone(pid);
}

/**
 * Takes the noted lock away, and no other: another run may have taken one meanwhile, which `pulumi cancel` would remove, too, and
 * may have noted it.
 */
export function removeLock(places: LockPlaces, { lock }: Note): void {
  rmSync(lock, { force: true });
  if (notedLock(places)?.lock === lock) rmSync(places.note, { force: true });
}
