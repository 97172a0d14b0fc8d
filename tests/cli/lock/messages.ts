const begin =
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock " +
  "file with `pulumi cancel`.";

/** The line in which Pulumi names a lock. */
export const lockLine = (holder: string, file = "a.json") =>
  `\n  file:///tmp/state/.pulumi/locks/organization/jam-istio/dev701/${file}?no_tmp_dir=true: created by ${holder} at 2026-01-01T00:00:00Z`;

/** Pulumi's message about a stack that is locked. */
export const lockedMessage = (...holders: readonly string[]) =>
  begin + holders.map((holder) => lockLine(holder)).join("");
