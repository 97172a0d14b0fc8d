const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as Go writes it (7s, 1m30s); 0 where it is none, or not a whole number of them. */
export function milliseconds(duration: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(duration)) return 0;
  const sum = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (units[unit ?? ""] ?? 0),
    0,
  );
  // 1.001s is 1000.9999999999999 in floating point.
  const whole = Math.round(sum);
  return Math.abs(sum - whole) < 1e-6 ? whole : 0;
}
