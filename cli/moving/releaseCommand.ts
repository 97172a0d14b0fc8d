import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { unseenText } from "../../cluster/faults/faultObjects";
import { readMarks, takeOffMarks, type Marks } from "../../cluster/moving/ownMarks";
import { meshPlan } from "../../mesh/meshPlan";
import { helmCommands, judgeLettingGo, type LettingGo } from "../../mesh/moving/lettingGo";
import type { StateResource } from "../../mesh/adopt/stateEntries";
import { ownerMark } from "../../mesh/upgrade/helmHistory";
import { releaseType } from "../../mesh/upgrade/stateTypes";
import type { Settings } from "../../settings/types";
import { tableText } from "../../tools/table";
import { ask, canAsk } from "../terminal/ask";
import { clusterError } from "../terminal/clusterError";
import { outColors } from "../terminal/colors";
import { exportState, gateOutputs, importState, type ExportedState } from "../engine/stackState";
import { explained, openStack, type OpenStack } from "../engine/openStack";
import { readStack } from "../stack/stackFile";
import { UserError } from "../terminal/userError";
import { say } from "../terminal/say";

interface Options {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Exit code where the plan was shown and nothing was done. */
const shownCode = 3;

/** A stack that is about to be let go of. */
interface Plan extends LettingGo {
  readonly stack: string;
  readonly settings: Settings;
  readonly state: ExportedState;
  /** Objects of the state that are no releases: kind, namespace and name. */
  readonly objects: readonly string[];
  readonly marks: Marks;
}

const resourcesOf = ({ deployment }: ExportedState): readonly StateResource[] => deployment?.resources ?? [];

/** `Secret istio-system/kiali`, for what of the state is an object of the cluster. */
function objectOf({ type, id = "" }: StateResource): readonly string[] {
  const kind = /^kubernetes:.*:(\w+)$/.exec(type)?.[1];
  return kind === undefined || type === releaseType ? [] : [`${kind.replace(/Patch$/, "")} ${id}`];
}

async function makePlan(settings: Settings, cluster: Cluster, { stack, step }: OpenStack): Promise<Plan> {
  const state = await step(() => exportState(stack));
  const resources = resourcesOf(state);
  const nameOf = ({ id = "" }: StateResource) => id.split("/").at(-1) ?? id;
  const marks = await readMarks(cluster, settings).catch((error: unknown) => {
    throw clusterError("the cluster cannot be read, so nothing was changed", error);
  });
  const holdings = {
    held: resources.filter(({ type }) => type === releaseType).map(nameOf),
    planned: meshPlan(settings).releases.map(({ name }) => name),
    madeIn: gateOutputs(resources).actions?.cluster,
  };
  const judged = judgeLettingGo(settings.stack, holdings, marks);
  return { ...judged, stack: settings.stack, settings, state, objects: resources.flatMap(objectOf).sort(), marks };
}

/** The marks that are taken off, a line each. */
function marksText({ stack, marked, settings, marks }: Plan): readonly string[] {
  const { annotated, noted } = marks.namespace;
  return [
    ...(marked.length === 0 ? [] : [`"${ownerMark(stack)}" in ${String(marked.length)} of Helm's records`]),
    ...marks.adopting.map((one) => `the mark of an adoption that was broken off, on Deployment ${one}`),
    ...(annotated ? [`annotation pulumi.com/patchForce of namespace ${settings.namespace}`] : []),
    ...(noted ? [`ConfigMap ${settings.namespace}/jam-istio-faults-off`] : []),
  ];
}

const hasWork = (plan: Plan) => resourcesOf(plan.state).length > 0 || marksText(plan).length > 0;

function planText(plan: Plan): string {
  const { stack, releases, objects, marks } = plan;
  const rows = releases.map((one) => [one.name, `${one.chart} ${one.version}`, String(one.revision), one.status]);
  const list = (lines: readonly string[]) => lines.map((line) => `  - ${line}`);
  const off = marksText(plan);
  return [
    `Stack ${stack} lets go of this; it stays in the cluster as it is:`,
    ...(rows.length === 0 ? [] : [tableText(["release", "chart", "revision", "status"], rows)]),
    ...list(objects),
    ...(off.length === 0 ? [] : ["What is taken off:", ...list(off)]),
    ...(marks.unseen.length === 0 ? [] : [outColors.yellow(`! ${unseenText(marks.unseen)}`)]),
    "What stays beside it:",
    ...list([
      "helm.sh/resource-policy: keep on objects, where an adoption set it: helm uninstall leaves these",
      "jam-istio/restarted-for on pods: to take it off would restart them",
      `the stack file, and the stack's history (to remove that:\n    pulumi stack rm ${stack} --preserve-config)`,
      "a login of Kiali that was made up (passphrase or signing key): only Secret kiali has it from now on; adopt keeps it",
    ]),
  ].join("\n");
}

function nextText({ stack, settings, releases }: Plan): string {
  const commands = helmCommands(releases, settings);
  const shared = settings.istio.controlPlane === "shared";
  return [
    ...(commands.length === 0 ? [] : ["To go on with plain Helm:", ...commands.map((line) => `  ${line}`)]),
    `${shared ? "The ServiceEntries" : "Secret kiali and the ServiceEntries"} are nobody's now. A chart of yours that has`,
    "them takes them over with helm upgrade --install … --take-ownership",
    "(Helm 3.17 and newer).",
    `To come back: ${shared ? "npm run up --" : "npx jam-istio adopt"} ${stack}`,
  ].join("\n");
}

function jsonText(plan: Plan, released: boolean): string {
  const { stack, releases, objects, marks, settings } = plan;
  const commands = helmCommands(releases, settings);
  const report = { stack, released, releases, objects, takenOff: marksText(plan), unseen: marks.unseen, commands };
  return JSON.stringify(report, undefined, 2);
}

async function letGo(plan: Plan, cluster: Cluster, { stack, step }: OpenStack): Promise<void> {
  const { state, marked, marks, settings } = plan;
  if (resourcesOf(state).length > 0) {
    say("emptying the stack's state");
    const empty = { ...state.deployment, resources: [], pending_operations: [] };
    // First: it waits for the stack's lock, so that nothing below meets a run that is at work.
    await step(() => importState(stack, { ...state, deployment: empty }));
  }
  say("taking the marks off");
  await takeOffMarks(cluster, settings.namespace, marked, marks).catch((error: unknown) => {
    throw clusterError(
      "the stack's state is empty, and its marks could not all be taken off",
      error,
      `Run it again: npx jam-istio release ${plan.stack}`,
    );
  });
}

/**
 * Lets go of a stack without touching its mesh.
 * @throws UserError with all reasons why not; nothing was changed then
 */
export async function release(name: string, { yes = false, json = false }: Options): Promise<void> {
  const settings = readStack(name);
  const shownOnly = json && !yes;
  if (!yes && !shownOnly && !canAsk())
    throw new UserError("nobody can be asked here; to let go without a question: --yes");
  await explained("stack", async () => {
    const open = await openStack(name, settings, "there");
    const cluster = await connect(settings.kubernetes).catch((error: unknown) => {
      throw clusterError("the cluster cannot be reached, so nothing was changed", error);
    });
    const judged = async () => {
      const made = await makePlan(settings, cluster, open);
      if (made.refused.length === 0) return made;
      throw new UserError([`stack ${name} stays as it is:`, ...made.refused.map((line) => `  - ${line}`)].join("\n"));
    };
    let plan = await judged();
    const print = (text: string) => process.stdout.write(`${text}\n`);
    if (shownOnly) {
      print(jsonText(plan, false));
      process.exitCode = shownCode;
      return;
    }
    if (!hasWork(plan)) {
      print(
        json ? jsonText(plan, true) : `${outColors.green(`stack ${name} has nothing to let go of`)}\n${nextText(plan)}`,
      );
      return;
    }
    const shown = planText(plan);
    if (!json) print(shown);
    if (!yes) {
      if (!(await ask(`Let go of ${name}?`))) {
        say("nothing was changed");
        return;
      }
      // An update may have ended while the question stood.
      plan = await judged();
      if (planText(plan) !== shown)
        throw new UserError(`what stack ${name} holds changed meanwhile, and nothing was done: run it again`);
    }
    await letGo(plan, cluster, open);
    print(json ? jsonText(plan, true) : `${outColors.green(`stack ${name} is let go of`)}\n${nextText(plan)}`);
  });
}
