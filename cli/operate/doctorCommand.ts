import * as semver from "semver";
import { reasonOf, unlessInternal } from "../../cluster/client/errors";
import { bounded, connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { readingOnce } from "../../cluster/client/readingOnce";
import { writeBundle } from "../../cluster/doctor/bundle";
import { analyze } from "../../cluster/doctor/istioctl";
import { readEvidence } from "../../cluster/doctor/readEvidence";
import { readNoteEvidence } from "../../cluster/upgrade/noteEvidence";
import { diagnose, inOrder } from "../../mesh/doctor/diagnose";
import type { Evidence, WantedMesh } from "../../mesh/doctor/evidence";
import { allCodes, explanation, nearestCode } from "../../mesh/doctor/explain";
import { besides } from "../../mesh/doctor/istioctl";
import { metricsOf } from "../../mesh/doctor/metrics";
import { needsCare, type Diagnosis } from "../../mesh/doctor/report";
import { isVersion, runningVersion } from "../../mesh/istio/controlPlanes";
import { meshPlan } from "../../mesh/meshPlan";
import { kindsOf } from "../../mesh/upgradeNotes/judge";
import { nextStep } from "../../mesh/upgradeNotes/path";
import { makeReport, type ReportedHop } from "../../mesh/upgradeNotes/report";
import { outWidth, wrap } from "../../tools/table";
import { clusterError } from "../terminal/clusterError";
import { plainColors } from "../terminal/colors";
import { UserError } from "../terminal/userError";
import { diagnosisText } from "./doctorText";
import { askedBy } from "./precheckCommand";
import { readTarget, type Target, type TargetOptions } from "./target";

/** Exit code where something is wrong. */
const unwellCode = 3;

/** What the command is asked. */
interface DoctorOptions extends Omit<TargetOptions, "stack"> {
  readonly all?: boolean;
  readonly explain?: string;
  readonly metrics?: boolean;
  readonly bundle?: string;
  readonly json?: boolean;
}

function explain(code: string): void {
  const text = explanation(code);
  if (text === undefined) {
    const near = nearestCode(code);
    const hint = near === undefined ? "" : `; the nearest one is ${near}`;
    const known = /^IST\d+$/.test(code)
      ? `it is one of istioctl's: https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`
      : `the codes are: ${allCodes.join(", ")}`;
    throw new UserError(
      `"${code}" is no code of the doctor's${hint}. ${known[0]?.toUpperCase() ?? ""}${known.slice(1)}`,
    );
  }
  const width = outWidth();
  const lines = text.split("\n").map((line) => (width === undefined ? line : wrap(line, width)));
  process.stdout.write(`${lines.join("\n")}\n`);
}

function wantedOf({ settings }: Target): WantedMesh | undefined {
  if (settings === undefined) return undefined;
  const { chartRepository, hub, allow, timeoutSeconds } = settings.istio;
  const { stack } = settings;
  return {
    chartRepository,
    hub,
    allow,
    timeoutSeconds,
    stack,
    releases: meshPlan(settings).releases.map(({ name }) => name),
  };
}

/** What the step to the next minor would meet; of several control planes the lowest has the longest way. */
async function lookAhead(cluster: Cluster, evidence: Evidence, { settings }: Target): Promise<ReportedHop | undefined> {
  const versions = evidence.controlPlanes.map((plane) => runningVersion(plane)).filter(isVersion);
  const [lowest] = versions.sort(semver.compare);
  const next = lowest !== undefined && evidence.layout === "modern" ? nextStep(lowest) : undefined;
  if (next === undefined) return undefined;
  const step = { ...next, ...(settings === undefined ? {} : askedBy(settings)) };
  const notes = await bounded("the Kubernetes API", 60, readNoteEvidence(cluster, kindsOf([step])));
  return makeReport(notes, [step], { cluster: cluster.context, kubernetes: evidence.kubernetes ?? "" }).hops[0];
}

async function examine(cluster: Cluster, evidence: Evidence, target: Target): Promise<Diagnosis> {
  const own = diagnose(evidence);
  const [{ findings, unseen }, next] = await Promise.all([
    analyze(cluster.address, evidence.instances),
    // It looks at many more kinds; what is wrong now is said all the same.
    lookAhead(cluster, evidence, target).catch((error: unknown) => {
      unlessInternal(error);
      return `what the next minor needs: ${reasonOf(error)}`;
    }),
  ]);
  return {
    ...(next === undefined || typeof next === "string" ? {} : { next }),
    instances: evidence.instances,
    time: evidence.now.toISOString(),
    findings: inOrder([...own, ...besides(own, findings)]),
    unseen: [...evidence.unseen, ...[unseen, next].filter((one) => typeof one === "string")],
  };
}

/** Writes the report; what it could not be cleared of is said. */
async function withBundle(file: string, cluster: Cluster, evidence: Evidence, found: Diagnosis): Promise<Diagnosis> {
  const texts = { "findings.txt": `${diagnosisText(found, undefined, plainColors)}\n` };
  try {
    const unsearched = await writeBundle(cluster, file, evidence, found, texts);
    process.stderr.write(`${file} is written: read it before you hand it on\n`);
    return { ...found, unseen: [...found.unseen, ...unsearched] };
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    throw new UserError(`--bundle: ${error.message}`, { cause: error });
  }
}

/** Says what is wrong with the mesh of an instance, or of all of a cluster; changes nothing. */
export async function doctor(stack: string | undefined, options: DoctorOptions): Promise<void> {
  const { all = false, json = false, metrics = false, explain: code, bundle } = options;
  if (code !== undefined) {
    explain(code);
    return;
  }
  if (json && metrics) throw new UserError("--json and --metrics are two forms of one answer: give one of them");
  // Of all instances it is enough to know the cluster.
  const namespace = options.namespace ?? (all && stack === undefined ? "" : undefined);
  const { context, kubeconfig } = options;
  const target = readTarget({
    ...(stack === undefined ? {} : { stack }),
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(namespace === undefined ? {} : { namespace }),
  });
  if (target.problems !== undefined)
    process.stderr.write(`${target.problems}\nThe cluster is looked at nevertheless.\n`);
  if (process.stderr.isTTY && !json && !metrics) process.stderr.write("reading the cluster…\n");
  const diagnosis = await connect(target.address)
    .then(async (connected) => {
      const cluster = readingOnce(connected);
      const evidence = await readEvidence(cluster, all ? "all" : [target.namespace], wantedOf(target));
      const [absent] = evidence.absent;
      if (absent !== undefined && !all)
        throw new UserError(
          `the cluster (context ${cluster.context}) has no namespace ${absent}: nothing was looked at`,
        );
      const found = await examine(cluster, evidence, target);
      return bundle === undefined ? found : withBundle(bundle, cluster, evidence, found);
    })
    .catch((error: unknown) => {
      throw clusterError("the cluster cannot be read", error);
    });
  const text = json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : undefined;
  process.stdout.write(text ?? (metrics ? metricsOf(diagnosis) : `${diagnosisText(diagnosis)}\n`));
  if (needsCare(diagnosis.findings)) process.exitCode = unwellCode;
}
