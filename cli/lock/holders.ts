/** What Pulumi's message about a locked stack says of one lock. Files and buckets say it; Pulumi Cloud does not. */
export interface Lock {
  /** Name of the lock's file, which no other lock has. */
  readonly file: string;
  readonly user: string;
  /** What the holder's machine, or container, calls itself: several may have the same name. */
  readonly host: string;
  /** Process id of the Pulumi CLI, as its machine or container counts. */
  readonly pid: number;
  /** When it was taken, ISO 8601. */
  readonly since: string;
}

/** The locks that a message names, each once; none where it names none. */
export function locksIn(message: string): readonly Lock[] {
  // The name of a file is the end of a URL, which may have a query.
  const lines = message.matchAll(/([^\s/\\?]+)(?:\?\S*)?: created by (.+)@(\S+) \(pid (\d+)\) at (\S+)/g);
  const found = [...lines].map(([, file = "", user = "", host = "", pid, since = ""]): [string, Lock] => [
    file,
    { file, user, host, pid: Number(pid), since },
  ]);
  return [...new Map(found).values()];
}

function ageText(since: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(since)) / 60_000);
  if (!(minutes >= 1)) return "";
  if (minutes < 120) return ` (${String(minutes)} min ago)`;
  return minutes < 2880
    ? ` (${String(Math.floor(minutes / 60))} h ago)`
    : ` (${String(Math.floor(minutes / 1440))} days ago)`;
}

/** Who holds a stack, for a person. */
export function holdersText(locks: readonly Lock[], now = Date.now()): string {
  if (locks.length === 0) return "another run";
  return locks
    .map(
      ({ user, host, pid, since }) =>
        `${user} on ${host} (process ${String(pid)}), since ${since}${ageText(since, now)}`,
    )
    .join("; ");
}
