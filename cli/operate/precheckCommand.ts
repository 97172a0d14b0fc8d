import * as semver from "semver";
import { bounded, connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { readControlPlanes } from "../../cluster/upgrade/controlPlanes";
import { readNoteEvidence } from "../../cluster/upgrade/noteEvidence";
import { effectiveHub } from "../../mesh/install/helmReleases";
import { isVersion, runningVersion } from "../../mesh/istio/controlPlanes";
import { layoutOf, officialHub } from "../../mesh/istio/releases";
import { meshPlan } from "../../mesh/meshPlan";
import { switchesOf } from "../../mesh/upgradeNotes/gateStep";
import { kindsOf } from "../../mesh/upgradeNotes/judge";
import type { Step } from "../../mesh/upgradeNotes/note";
import { hops, newestKnown } from "../../mesh/upgradeNotes/path";
import { makeReport, markdown, type Report } from "../../mesh/upgradeNotes/report";
import type { Settings } from "../../settings/types";
import { clusterError } from "../terminal/clusterError";
import { readStack } from "../stack/stackFile";
import { UserError } from "../terminal/userError";
import { pathText, reportText } from "./precheckText";

interface Options {
  readonly context?: string;
  readonly to?: string;
  readonly path?: boolean;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** Where to look, and what the new release will ask for, as far as a stack says it. */
interface Target extends Pick<Step, "hub" | "env"> {
  readonly address: { readonly context?: string; readonly kubeconfig?: string };
}

/** Exit code where something is to be looked at before the step. */
const lookCode = 3;

/** @throws UserError naming everything that is wrong with what was typed */
function checkOptions(stack: string | undefined, { context, to, path, markdown: asMarkdown, json }: Options): void {
  const problems = [
    ...(stack !== undefined && context !== undefined
      ? ["--context: the stack names its own; leave one of them out"]
      : []),
    ...(to === undefined && path !== true ? ["--to <version> is missing; or --path, to the newest version"] : []),
    ...(to !== undefined && path === true ? ["--to and --path: one of them"] : []),
    ...(asMarkdown === true && json === true ? ["--markdown and --json: one of them"] : []),
    ...(to !== undefined && (semver.valid(to) === null || layoutOf(to) !== "modern")
      ? [`--to: "${to}" is no version that a step can lead to. Allowed: 1.12.0 and newer, such as 1.30.3`]
      : []),
  ];
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

/** What a stack's settings say of the new release. */
export function askedBy(settings: Settings): Pick<Step, "hub" | "env"> {
  const { controlPlane } = meshPlan(settings).mesh;
  // Another stack's control plane has values of its own.
  if (settings.istio.controlPlane === "shared") return {};
  return { hub: effectiveHub(controlPlane) ?? officialHub, env: switchesOf(controlPlane.values) };
}

function targetOf(stack: string | undefined, { context }: Options): Target {
  if (stack === undefined) return { address: context === undefined ? {} : { context } };
  const settings = readStack(stack);
  const { kubernetes } = settings;
  const address = {
    ...(kubernetes.context === undefined ? {} : { context: kubernetes.context }),
    ...(kubernetes.kubeconfig === undefined ? {} : { kubeconfig: kubernetes.kubeconfig }),
  };
  return { address, ...askedBy(settings) };
}

/** The version that runs: of several control planes the lowest, whose proxies have the longest way. @throws UserError where none does */
async function runningIn(cluster: Cluster): Promise<string> {
  const versions = (await readControlPlanes(cluster)).map((plane) => runningVersion(plane));
  const [lowest] = versions.filter(isVersion).sort(semver.compare);
  if (lowest === undefined)
    throw new UserError(
      `no control plane whose version can be read runs in istio-system of context ${cluster.context}`,
    );
  if (layoutOf(lowest) !== "modern")
    throw new UserError(`Istio ${lowest} runs: from the classic layout no step leads on (docs/upgrade.md)`);
  return lowest;
}

async function readReport({ address, ...asked }: Target, to: string): Promise<Report> {
  const cluster = await connect(address);
  const from = await runningIn(cluster);
  if (semver.lte(to, from)) throw new UserError(`Istio ${from} runs already: ${to} is not newer`);
  const steps = hops(from, to).map((step) => ({ ...step, ...asked }));
  const [evidence, version] = await Promise.all([readNoteEvidence(cluster, kindsOf(steps)), cluster.version.getCode()]);
  const kubernetes = `${version.major}.${version.minor.replace(/\D/g, "")}`;
  return makeReport(evidence, steps, { cluster: cluster.context, kubernetes });
}

/** Prints what Istio's upgrade notes say about the objects of a cluster. @throws UserError with what is wrong */
export async function precheck(stack: string | undefined, options: Options): Promise<void> {
  checkOptions(stack, options);
  const target = targetOf(stack, options);
  const report = await bounded("the Kubernetes API", 120, readReport(target, options.to ?? newestKnown())).catch(
    (error: unknown) => {
      throw clusterError("the cluster cannot be read", error);
    },
  );
  const text = options.path === true ? pathText(report) : reportText(report);
  const printed =
    options.json === true ? JSON.stringify(report, undefined, 2) : options.markdown === true ? markdown(report) : text;
  process.stdout.write(`${printed}\n`);
  const { refused, warned, unjudged } = report.summary;
  if (refused > 0) process.exitCode = 1;
  else if (warned + unjudged > 0) process.exitCode = lookCode;
}
