import type { Settings } from "../../settings/types";

/** What is said of an end that is past. */
export const expiredText = (expires: string) =>
  `faultInjection.expires is past (${expires}): set faultInjection.enabled: false, or a time to come`;

/** When faults end, as the settings have it. */
export interface FaultsEnd {
  /** ISO 8601. */
  readonly expires?: string | undefined;
  readonly reaper: boolean;
}

/** What is to be said of the end of faults that are to be active, a line each: that they have none, or that it waits for `up`. */
export function endNotes({ expires, reaper }: FaultsEnd, now = new Date()): readonly string[] {
  if (expires === undefined)
    return ["warning: the faults have no end (faultInjection.expires is not set): they stay until somebody ends them"];
  if (new Date(expires) <= now) return [`warning: ${expiredText(expires)}`];
  if (reaper) return [];
  return [
    `the faults stay until the first up after ${expires}; for an end in the cluster itself: faultInjection.reaper: true`,
  ];
}

/** The same of a stack's settings; nothing where they want no faults. */
export const settingsEndNotes = ({ faultInjection: { enabled, faults, ...end } }: Settings, now?: Date) =>
  enabled && faults.length > 0 ? endNotes(end, now) : [];
