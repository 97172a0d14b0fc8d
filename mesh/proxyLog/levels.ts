/** How much a logger of Envoy says, the most first. */
export const logLevels = ["trace", "debug", "info", "warning", "error", "critical", "off"] as const;

/** The level of each of a proxy's loggers. */
export type Levels = Readonly<Record<string, string>>;

/**
 * Reads what Envoy answers to `POST /logging`: a line for each logger.
 * @see https://www.envoyproxy.io/docs/envoy/latest/operations/admin#post--logging
 * @throws Error where it is no such answer
 */
export function parseLevels(answer: string): Levels {
  const lines = [...answer.matchAll(/^ {2}(\S+): (\w+)$/gm)];
  if (lines.length === 0) throw new Error("the proxy does not say which loggers it has");
  return Object.fromEntries(lines.map(([, logger = "", level = ""]) => [logger, level]));
}

/** Of a proxy's loggers those that are not there, each with what could be meant. */
export function unknownLoggers(now: Levels, asked: readonly string[] = []): readonly string[] {
  return asked.filter((logger) => now[logger] === undefined);
}

/** The levels with some loggers, or all, at another one. */
export function raised(now: Levels, level: string, loggers: readonly string[] = Object.keys(now)): Levels {
  return { ...now, ...Object.fromEntries(loggers.map((logger) => [logger, level])) };
}

/** Those of the wanted levels that a proxy does not have; a logger that it does not know has none. */
export function differing(now: Levels, wanted: Levels): readonly (readonly [logger: string, level: string])[] {
  return Object.entries(wanted).filter(([logger, level]) => now[logger] !== undefined && now[logger] !== level);
}

/** The level that most loggers have. */
export function commonest(levels: Levels): string {
  const counts = new Map<string, number>();
  for (const level of Object.values(levels)) counts.set(level, (counts.get(level) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "warning";
}

/**
 * What is asked of a proxy with `POST`, in this order, so that its loggers get other levels. One logger a request, or all: older
 * proxies take no list.
 */
export function stepsTo(now: Levels, wanted: Levels): readonly string[] {
  const one = (pairs: ReturnType<typeof differing>) => pairs.map(([logger, level]) => `logging?${logger}=${level}`);
  const single = one(differing(now, wanted));
  const level = commonest(wanted);
  // A logger of which nothing is wanted keeps its level, so not all can be set at once.
  if (Object.keys(now).some((logger) => wanted[logger] === undefined)) return single;
  const all = [`logging?level=${level}`, ...one(differing(raised(now, level), wanted))];
  return single.length <= all.length ? single : all;
}
