/** What is known of the need for a control plane that the settings name no more. */
export interface KnownNeed {
  /** Who needs it, a line each. */
  readonly users: readonly string[];
  /** What may not be read of that, and why not: somebody may need it all the same. */
  readonly unread: readonly string[];
  /** Why connections from outside of the cluster were not counted; absent where they were. */
  readonly uncounted?: string | undefined;
}

/** Whether it stays, and what is said of it. */
export interface Need {
  readonly stays: boolean;
  readonly text: string;
}

/** Judges whether an old control plane can go: only when nobody needs it, and that can be seen. */
export function judgeNeed(release: string, { users, unread, uncounted }: KnownNeed): Need {
  const unseen = `who needs it cannot be seen whole (${unread.join(", ")})`;
  const reasons = [
    ...(users.length === 0 ? [] : [`needed by ${users.join(", ")}`]),
    ...(unread.length === 0 ? [] : [unseen]),
  ];
  if (reasons.length > 0) return { stays: true, text: `control plane ${release} stays: ${reasons.join("; ")}` };
  const blind =
    uncounted === undefined ? "" : `; whether proxies outside of the cluster are connected was not seen (${uncounted})`;
  return { stays: false, text: `control plane ${release} goes: nobody needs it any more${blind}` };
}
