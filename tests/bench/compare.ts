import type { Measured } from "./measured";

/** A ratio of one run of the bench, as it is kept. */
export interface Ratio {
  readonly what: string;
  readonly against: string;
  readonly ratio: number;
  /** By which part of it the runs that it was made of differed: 0.1 is a tenth. */
  readonly noise: number;
}

/** The ratios of a run. What was measured once alone has no noise that is known, and is left out. */
export function ratiosOf(rows: readonly Measured[]): readonly Ratio[] {
  return rows.flatMap(({ what, against, seconds, spread }) => {
    const base = rows.find((row) => row.what === against);
    if (against === undefined || base?.spread === undefined || spread === undefined) return [];
    return [{ what, against, ratio: seconds / base.seconds, noise: spread + base.spread }];
  });
}

/** How a ratio is now beside the kept one. */
export interface Compared extends Ratio {
  readonly kept?: number;
  /** `worse` and `better` are what exceeds the noise of both runs. */
  readonly verdict: "worse" | "better" | "same" | "new";
}

/** Compares the ratios of a run with the kept ones. Seconds are never compared: they are those of a machine. */
export function compare(now: readonly Ratio[], kept: readonly Ratio[]): readonly Compared[] {
  return now.map((ratio) => {
    const before = kept.find(({ what, against }) => what === ratio.what && against === ratio.against);
    if (before === undefined) return { ...ratio, verdict: "new" };
    const noise = 1 + ratio.noise + before.noise;
    const factor = ratio.ratio / before.ratio;
    const verdict = factor > noise ? "worse" : factor < 1 / noise ? "better" : "same";
    return { ...ratio, kept: before.ratio, verdict };
  });
}
