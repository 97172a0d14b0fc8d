import { samplesOf, sumOf } from "../istio/prometheus";

/** What a control plane counts. */
export interface PilotMetrics {
  /** `pilot_total_xds_rejects`: configurations that proxies refused since the pod started. */
  readonly rejections: number;
  /** `pilot_xds`: proxies that are connected. */
  readonly connected: number;
}

/** Reads a control plane's metrics, in Prometheus' text format. */
export function pilotMetrics(text: string): PilotMetrics {
  const samples = samplesOf(text);
  const total = (name: string) => sumOf(samples.filter((one) => one.name === name));
  return { rejections: total("pilot_total_xds_rejects"), connected: total("pilot_xds") };
}
