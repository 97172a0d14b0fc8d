import type { V1Pod } from "@kubernetes/client-node";
import { commonest, type Levels } from "./levels";

/** Annotation of a pod whose proxy logs more than usual, for as long as it does. */
export const markKey = "jam-istio/proxy-log";

/** How long after its end a run may still be putting levels back, in milliseconds. */
const graceMs = 120_000;

/** What a run writes on a pod before it changes levels, for whoever comes after a run that was killed. */
export interface LogMark {
  /** Which run it was. */
  readonly run: string;
  /** When its levels are back at the latest, in ISO 8601: after that nobody is at work any more. */
  readonly until: string;
  /** The level that most loggers had. */
  readonly level: string;
  /** The level of those that had another one. */
  readonly loggers: Levels;
}

/** The mark of a run that begins now. */
export function makeMark(run: string, levels: Levels, ms: number, now: number): LogMark {
  const level = commonest(levels);
  const loggers = Object.fromEntries(Object.entries(levels).filter(([, own]) => own !== level));
  return { run, until: new Date(now + ms + graceMs).toISOString(), level, loggers };
}

/** A pod's mark; `undefined` where it has none, or one that somebody made unreadable: then the levels before are not known. */
export function markOf({ metadata }: Pick<V1Pod, "metadata">): LogMark | undefined {
  try {
    const { run, until, level, loggers } = JSON.parse(metadata?.annotations?.[markKey] ?? "") as Partial<LogMark>;
    if (run === undefined || level === undefined || until === undefined || Number.isNaN(Date.parse(until)))
      return undefined;
    return { run, until, level, loggers: loggers ?? {} };
  } catch {
    return undefined;
  }
}

/** The levels that a proxy had before, of the loggers that it has now. */
export function levelsBefore({ level, loggers }: LogMark, now: Levels): Levels {
  return Object.fromEntries(Object.keys(now).map((logger) => [logger, loggers[logger] ?? level]));
}

/** Whether the run that made it is over, or was killed. */
export const isOver = ({ until }: LogMark, now: number) => now > Date.parse(until);

/** Pods whose proxies were left with a run's levels. */
export function leftMarks(pods: readonly V1Pod[], now: number) {
  return pods.flatMap((pod) => {
    const mark = markOf(pod);
    return mark !== undefined && isOver(mark, now) ? [{ pod, mark }] : [];
  });
}
