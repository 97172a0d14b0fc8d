import { labelsText } from "../istio/prometheus";
import type { Finding } from "./finding";
import type { Diagnosis } from "./report";

const sample = ({ code, severity, object }: Finding) =>
  `jam_istio_doctor_finding{${labelsText({ code, severity, object })}} 1`;

/**
 * What was found in Prometheus' text format, for a schedule: an alert on `jam_istio_doctor_finding{severity="error"}`.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function metricsOf({ findings, unseen, time }: Diagnosis): string {
  const lines = [
    "# HELP jam_istio_doctor_finding What is wrong with the mesh, one for each code and object.",
    "# TYPE jam_istio_doctor_finding gauge",
    ...findings.map(sample),
    "# HELP jam_istio_doctor_not_looked_at How much could not be read: nothing is known of it.",
    "# TYPE jam_istio_doctor_not_looked_at gauge",
    `jam_istio_doctor_not_looked_at ${String(unseen.length)}`,
    "# HELP jam_istio_doctor_last_run_seconds When this was found, in seconds since 1970.",
    "# TYPE jam_istio_doctor_last_run_seconds gauge",
    `jam_istio_doctor_last_run_seconds ${String(Math.floor(Date.parse(time) / 1000))}`,
  ];
  return `${lines.join("\n")}\n`;
}
