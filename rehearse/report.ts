import type { createColors } from "picocolors";
import { objectsText, type ObjectsReport } from "./objects/text";
import { tableText as table } from "../tools/table";
import type { Phase } from "./rehearsal";

/** What a rehearsal found; as JSON for scripts. */
export interface Report {
  readonly stack: string;
  /** Kubernetes `major.minor` of the lab. */
  readonly kubernetes: string;
  readonly phases: readonly Phase[];
  /** Whether all went through, no workload of several replicas was without a ready pod, and an adoption kept every object. */
  readonly succeeded: boolean;
  /** What a person should know or do. */
  readonly findings: readonly string[];
  /** What became of a real cluster's objects; absent where none were brought. */
  readonly objects?: ObjectsReport;
}

type Colors = ReturnType<typeof createColors>;

function findingsOf({ name, version, succeeded, workloads, proxies, lost = [] }: Phase): readonly string[] {
  const down = workloads.filter(({ leastReady }) => leastReady === 0);
  const outdated = Object.entries(proxies).filter(([proxy]) => !proxy.startsWith(version));
  return [
    ...(succeeded ? [] : [`${name} did not go through`]),
    ...lost.map((line) => `${line} by ${name}`),
    ...down.map(({ kind, name: workload, replicas }) =>
      replicas > 1
        ? `${kind} ${workload} had no ready pod for a moment, though it has ${String(replicas)} replicas`
        : `${kind} ${workload} had no ready pod for a moment: it has one replica; two keep it up`,
    ),
    ...outdated.map(
      ([proxy, count]) => `${String(count)} proxies of ${proxy} are left after ${name}: their pods were not recreated`,
    ),
  ];
}

/** Draws the conclusions from what was seen. */
export function makeReport(
  stack: string,
  kubernetes: string,
  phases: readonly Phase[],
  objects?: ObjectsReport,
): Report {
  const lost = phases.some(
    ({ workloads, lost: objects = [] }) =>
      objects.length > 0 || workloads.some(({ replicas, leastReady }) => replicas > 1 && leastReady === 0),
  );
  return {
    stack,
    kubernetes,
    phases,
    succeeded: phases.every(({ succeeded }) => succeeded) && !lost,
    findings: phases.flatMap(findingsOf),
    ...(objects === undefined ? {} : { objects }),
  };
}

const seconds = (value: number) => `${value.toFixed(1)} s`;

function phaseText(phase: Phase, colors: Colors): string {
  const { name, succeeded, errors, notes, steps, cluster, workloads, proxies } = phase;
  const proxyText = Object.entries(proxies).map(([version, count]) => `${version} (${String(count)} proxies)`);
  const parts = [
    colors.bold(
      `${name}: ${succeeded ? `went through in ${seconds(phase.seconds)}` : colors.red("refused or failed")}`,
    ),
    ...errors.map((error) => colors.red(error)),
    ...notes.map((note) => `note: ${note}`),
  ];
  if (steps.length > 0) {
    const rows = steps.map(({ operation, resource, at, seconds: took, failed }) => [
      seconds(at),
      failed ? `${operation} FAILED` : operation,
      resource,
      seconds(took),
    ]);
    parts.push("What Pulumi did:", table(["at", "what", "resource", "took"], rows));
  }
  if (cluster.length > 0) {
    const rows = cluster.map(({ at, kind, name: object, what }) => [seconds(at), kind, object, what]);
    parts.push("What happened in the cluster:", table(["at", "kind", "object", "what"], rows));
  }
  if (workloads.length > 0) {
    const rows = workloads.map(({ kind, name: workload, replicas, restarted, leastReady }) => [
      `${kind} ${workload}`,
      String(replicas),
      String(restarted),
      leastReady === 0 ? colors.red("0") : String(leastReady),
    ]);
    parts.push("Workloads:", table(["workload", "replicas", "pods recreated", "least ready"], rows));
  }
  if (phase.lost?.length === 0) parts.push("every object that was there is there, with the same uid");
  if (proxyText.length > 0) parts.push(`data plane: ${proxyText.join(", ")}`);
  return parts.join("\n");
}

/** The report for a person. */
export function reportText(
  { stack, kubernetes, phases, succeeded, findings, objects }: Report,
  colors: Colors,
): string {
  const ran = objects !== undefined && !("missing" in objects.comparison);
  const programs = ran ? "of Istio's programs istiod alone ran, to be asked" : "no program of Istio ran";
  return [
    `Rehearsal of ${stack} on Kubernetes ${kubernetes}, with simulated nodes: ${programs}.`,
    ...(objects === undefined ? [] : [`\n${objectsText(objects)}`]),
    ...phases.map((phase) => `\n${phaseText(phase, colors)}`),
    "",
    ...findings.map((finding) => colors.yellow(`! ${finding}`)),
    succeeded ? colors.green("the rehearsal went through") : colors.red("the rehearsal did not go through"),
  ].join("\n");
}
