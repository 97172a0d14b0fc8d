/**
 * Sum of `pilot_total_xds_rejects`: configurations that proxies refused since the control plane's pod started.
 * @param text metrics in Prometheus' text format
 */
export function rejections(text: string): number {
  const values = text.matchAll(/^pilot_total_xds_rejects(?:\{[^}]*\})? ([\d.e+]+)/gm);
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}
