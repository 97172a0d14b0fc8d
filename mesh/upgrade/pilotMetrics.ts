/** What a control plane counts. */
export interface PilotMetrics {
  /** `pilot_total_xds_rejects`: configurations that proxies refused since the pod started. */
  readonly rejections: number;
  /** `pilot_xds`: proxies that are connected. */
  readonly connected: number;
}

const sumOf = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([\\d.e+]+)`, "gm"))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );

/** Reads a control plane's metrics, in Prometheus' text format. */
export function pilotMetrics(text: string): PilotMetrics {
  return { rejections: sumOf(text, "pilot_total_xds_rejects"), connected: sumOf(text, "pilot_xds") };
}
