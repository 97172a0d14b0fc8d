import type { AdoptionPlan } from "../../mesh/adopt/types";
import { titleOf } from "../../mesh/adopt/objects";
import { releaseType } from "../../mesh/upgrade/stateTypes";
import type { Settings } from "../../settings/types";
import { explained, NoSuchStack, openStack } from "../engine/openStack";
import { readStack } from "../stack/stackFile";
import { exportState, gateOutputs, type StateResource } from "../engine/stackState";
import { UserError } from "../terminal/userError";
import { planText, problemsText } from "./adoptText";
import { carryOut } from "./carryOutAdoption";
import { lookAtMesh, type Looked } from "./lookAtMesh";
import { say } from "../terminal/say";

/** What `adopt` takes. */
interface Options {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Exit code where there is a plan that was only shown. */
const plannedCode = 3;

/** The resources of a stack's state; of one that was never deployed, none. */
async function knownResources(name: string, settings: Settings): Promise<readonly StateResource[]> {
  try {
    const { stack, step } = await openStack(name, settings, "there");
    const { deployment } = await step(() => exportState(stack));
    return deployment?.resources ?? [];
  } catch (error) {
    if (error instanceof NoSuchStack) return [];
    throw error;
  }
}

/** Whether all that is taken over is in the state already, as the work of this stack. */
function isDone({ plan, found }: Looked, urns: readonly string[], stack: string): boolean {
  const known = (name: string) => urns.some((urn) => urn.endsWith(`${releaseType}::${name}`));
  const finished = found.releases.filter(
    ({ description, status }) => status === "deployed" && `${description} `.startsWith(`jam-istio/${stack} `),
  );
  return (
    plan.releases.every(({ name }) => known(name) && finished.some((one) => one.name === name)) &&
    plan.emptied.length + plan.marked.length === 0 &&
    found.controlPlanes.every(({ adoptedBy }) => adoptedBy === undefined)
  );
}

function report(stack: string, plan: AdoptionPlan, carriedOut: boolean): string {
  const { found, problems, releases, restarts } = plan;
  const objects = plan.objects.map(({ object, ...rest }) => ({ object: titleOf(object), ...rest }));
  return JSON.stringify({ stack, carriedOut, found, problems, releases, objects, restarts }, undefined, 2);
}

/**
 * Takes over a mesh that somebody made by hand, or shows how.
 * @throws UserError with every reason against it, or where a step failed
 */
export async function adopt(name: string, options: Options): Promise<void> {
  const settings = readStack(name);
  if (settings.istio.controlPlane === "shared")
    throw new UserError(
      "istio.controlPlane is shared: the mesh is another stack's to take over. Adopt there, or set it to managed",
    );
  await explained("stack export", async () => {
    const resources = await knownResources(name, settings);
    const urns = resources.map(({ urn }) => urn);
    const known = urns.flatMap((urn) => urn.split(`${releaseType}::`)[1] ?? []);
    const looked = await lookAtMesh(settings, { known, begun: gateOutputs(resources).desired?.releases ?? [] }, say);
    const { plan } = looked;
    const json = options.json === true;
    const print = (text: string) => process.stdout.write(`${text}\n`);
    if (plan.problems.length > 0) {
      if (json) print(report(name, plan, false));
      else print(planText(name, plan));
      throw new UserError(problemsText(name, plan.problems));
    }
    if (isDone(looked, urns, name)) {
      print(json ? report(name, plan, false) : `stack ${name} has the mesh already: there is nothing to take over`);
      return;
    }
    if (!json) print(planText(name, plan));
    if (options.yes !== true) {
      if (json) print(report(name, plan, false));
      say(`nothing was changed. To carry it out: npx jam-istio adopt ${name} --yes`);
      process.exitCode = plannedCode;
      return;
    }
    await explained("update", () => carryOut(name, settings, looked));
    if (json) print(report(name, plan, true));
  });
}
