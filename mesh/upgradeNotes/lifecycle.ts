/** When this table was compared with Istio's tags and its page of supported releases. */
export const lifecycleRead = "September 2026";

/** What is known of the releases of a minor. Dates are `year-month-day`. */
export interface Lifecycle {
  /** The newest patch: what a step of several minors goes through. */
  readonly newest: string;
  /** The day of its first release. */
  readonly released?: string;
  /** The day on which support ends, as Istio announced it. Default: six weeks after the second next minor's release. */
  readonly endOfLife?: string;
}

/** Istio's releases. Sources: the tags of istio/istio, istio.io's announcements. */
export const lifecycle: Readonly<Record<string, Lifecycle>> = {
  "1.21": { newest: "1.21.6" },
  "1.22": { newest: "1.22.8" },
  "1.23": { newest: "1.23.6" },
  "1.24": { newest: "1.24.6" },
  "1.25": { newest: "1.25.5" },
  "1.26": { newest: "1.26.8" },
  "1.27": { newest: "1.27.9" },
  "1.28": { newest: "1.28.10", released: "2025-11-05", endOfLife: "2026-07-01" },
  "1.29": { newest: "1.29.6", released: "2026-02-16", endOfLife: "2026-10-12" },
  "1.30": { newest: "1.30.4", released: "2026-05-18" },
  "1.31": { newest: "1.31.1", released: "2026-08-31" },
};
