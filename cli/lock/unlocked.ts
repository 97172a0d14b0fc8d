import { ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import { messageOf } from "../../tools/errors";
import { UserError } from "../terminal/userError";
import { holdersText, locksIn } from "./holders";
import { isLeft, noteLock, notedLock, removeLock, type LockPlaces } from "./ownLock";

/** A stack that somebody may hold. */
export interface Lockable {
  readonly name: string;
  readonly places: LockPlaces;
  /** Takes every lock of the stack away. */
  readonly cancel: () => Promise<void>;
  /** Asks a person, who agrees or not; absent where nobody can be asked. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  readonly say: (line: string) => void;
  /** Whether a person has interrupted this run. */
  readonly isInterrupted?: () => boolean;
  /** What takes the lock away. Default: `pulumi cancel`. */
  readonly wayOut?: string;
}

/** The locks that made a step fail; `undefined` where it failed of something else. */
function locksOf(error: unknown) {
  const locks = locksIn(messageOf(error));
  return error instanceof ConcurrentUpdateError || locks.length > 0 ? locks : undefined;
}

/**
 * Runs a step of Pulumi's. A lock is taken away where it is certain that its run is gone, else where a person who was told
 * whose it is says so; without either the step is not run.
 * @throws UserError that names the holder and the way out
 */
export async function unlocked<T>(lockable: Lockable, step: () => Promise<T>): Promise<T> {
  const { name, places, cancel, ask, say, isInterrupted = () => false } = lockable;
  const { wayOut = `pulumi cancel --stack ${name}` } = lockable;
  const isRefused = (error: unknown) => locksOf(error) !== undefined;
  // From before the step: what is noted meanwhile is its own.
  let noted = notedLock(places);
  for (let agreed: string | undefined; ;) {
    try {
      return await noteLock(places, step, { isRefused, isInterrupted });
    } catch (error) {
      const locks = locksOf(error);
      if (locks === undefined) throw error;
      const who = `the stack is locked by ${holdersText(locks)}`;
      const key = locks.map(({ file }) => file).join();
      if (noted !== undefined && locks.length > 0 && locks.every((lock) => isLeft(lock, noted))) {
        say("the stack was locked by a run from here that is gone; taking its lock away");
        removeLock(places, noted);
        noted = undefined;
      } else if (ask === undefined || locks.length === 0) {
        // One that nobody can name may be another run's by the time that a person has answered.
        throw new UserError(`${who}. Wait until that run ends; when it is gone for certain: ${wayOut}`);
      } else if (agreed === key) {
        // The same as the one that was asked about: no other run's.
        await cancel();
        agreed = undefined;
      } else {
        say(`${who}. Wait until that run ends. Whether it is gone cannot be told from here`);
        if (!(await ask("Take its lock away (pulumi cancel)? A run that is at work would be damaged.")))
          throw new UserError(`nothing was changed: ${who}`);
        agreed = key;
      }
    }
  }
}
