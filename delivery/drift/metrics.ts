import { labelsText } from "../../mesh/istio/prometheus";
import type { Drift } from "./drift";

/**
 * A drift as metrics, for the textfile collector of Prometheus' node exporter or a push gateway.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function driftMetrics({ stack, drifted, unknown, compared, presence }: Drift): string {
  const of = labelsText({ stack });
  const counts = (["changed", "missing", "additional"] as const).map(
    (kind) =>
      `jam_istio_drift_objects{${of},kind="${kind}"} ${String(drifted.filter((one) => one.kind === kind).length)}`,
  );
  return [
    "# HELP jam_istio_drift_objects Objects in the cluster that are not as the settings say.",
    "# TYPE jam_istio_drift_objects gauge",
    ...counts,
    "# HELP jam_istio_drift_uncompared_objects Objects that could not be compared.",
    "# TYPE jam_istio_drift_uncompared_objects gauge",
    `jam_istio_drift_uncompared_objects{${of}} ${String(unknown.length)}`,
    "# HELP jam_istio_drift_compared_objects Objects that were compared.",
    "# TYPE jam_istio_drift_compared_objects gauge",
    `jam_istio_drift_compared_objects{${of}} ${String(compared + presence)}`,
    "",
  ].join("\n");
}
