import { randomUUID } from "node:crypto";
import { finishAdoption, prepareAdoption } from "../../cluster/adopt/mark";
import { removeJobs } from "../../cluster/upgrade/repairHelm";
import { keptText, loginField } from "../../mesh/adopt/login";
import { keyOf, type AnyObject } from "../../mesh/adopt/objects";
import { enteringResources, fieldManagersOf, madeItsLogin, withoutUnusedLogin } from "../../mesh/adopt/stateEntries";
import { isLogin } from "../../mesh/adopt/types";
import { kialiSecretName, systemNamespace } from "../../mesh/istio/names";
import { controlPlaneOf } from "../../mesh/upgrade/revisions";
import type { Settings } from "../../settings/types";
import { errorColors } from "../terminal/colors";
import { settleState } from "../engine/interruptedRun";
import { unlessInterrupted } from "../engine/interrupt";
import { keepSecret } from "../engine/keepSecret";
import { besideOutput, openStack, type OpenStack } from "../engine/openStack";
import { exportState, importState, type ExportedState, type StateResource } from "../engine/stackState";
import { isBug, messageOf } from "../../tools/errors";
import { UserError } from "../terminal/userError";
import { objectsOf, type Looked } from "./lookAtMesh";
import { say } from "../terminal/say";

/** Keeps the passphrase, or the signing key, that Secret kiali has, unless the settings have one or the stack made it. */
async function keepLogin(
  name: string,
  settings: Settings,
  { cluster, found }: Looked,
  there: readonly StateResource[],
): Promise<void> {
  const kept = loginField(settings);
  const own = settings.kialiPassphrase ?? settings.kialiSigningKey;
  if (kept === undefined || own !== undefined || found.login === undefined || madeItsLogin(there)) return;
  const { data = {} } = await cluster.core.readNamespacedSecret({ namespace: systemNamespace, name: kialiSecretName });
  const value = keptText(kept, data);
  if (value === undefined) return;
  await keepSecret(name, { setting: kept.setting, title: kept.title, value }, say, settings.kubernetes.kubeconfig);
}

/** Objects that the stack makes itself, and that are there: as they are now. */
const standing = ({ own, found }: Looked): readonly AnyObject[] =>
  own
    .filter((object) => object.kind === "ServiceEntry" || isLogin(object))
    .flatMap((object) => found.live.get(keyOf(object)) ?? []);

/** The Deployment of the control plane that becomes a release's. */
function deploymentOf({ found, plan }: Looked, { istio }: Settings): AnyObject | undefined {
  const name = controlPlaneOf(found.controlPlanes, istio)?.name;
  return plan.objects.find(({ object }) => object.kind === "Deployment" && object.metadata.name === name)?.object;
}

/** The state before an adoption entered it, and what it had then. */
interface Entered {
  readonly before: ExportedState;
  readonly urns: string;
}

const urnsOf = (resources: readonly StateResource[]) =>
  resources
    .map(({ urn, id = "" }) => `${urn} ${id}`)
    .sort()
    .join("\n");

/** @returns absent where nothing had to enter */
async function enterState(
  { stack, step }: OpenStack,
  name: string,
  settings: Settings,
  looked: Looked,
): Promise<Entered | undefined> {
  const { name: project } = await stack.workspace.projectSettings();
  const state = await step(() => exportState(stack));
  const known = state.deployment?.resources ?? [];
  const there = withoutUnusedLogin(known);
  // In the version in which the program registers them.
  const versions = new Map(looked.own.map((object) => [keyOf(object), object.apiVersion]));
  const objects = standing(looked).map((live) => ({
    ...live,
    apiVersion: versions.get(keyOf(live)) ?? live.apiVersion,
  }));
  const { kubernetes } = settings;
  const { releases } = looked.plan;
  const entering = { project, stack: name, kubernetes, releases, objects, providerId: randomUUID() };
  const resources = enteringResources(entering, there);
  if (resources.length === 0 && there.length === known.length) return undefined;
  say(`${String(resources.length)} resources enter the stack's state`);
  const deployment = { ...state.deployment, resources: [...there, ...resources] };
  await step(() => importState(stack, { ...state, deployment }));
  return { before: state, urns: urnsOf(deployment.resources) };
}

/** Puts the state back, unless another run has changed it since; what fails of that is said. */
async function putBack(name: string, { stack, undo }: OpenStack, { before, urns }: Entered): Promise<void> {
  const way = `npx jam-istio release ${name} lets go of the mesh`;
  try {
    const now = await undo(() => exportState(stack));
    if (urnsOf(now.deployment?.resources ?? []) !== urns)
      say(`another run changed the stack's state; it stays as it is. ${way}`);
    else {
      await undo(() => importState(stack, before));
      say(`the stack's state is as it was. The marks in the cluster stay until the next adopt; ${way}`);
    }
  } catch (error) {
    if (isBug(error)) throw error;
    say(`the stack's state could not be put back (${messageOf(error)}); ${way}`);
  }
}

/**
 * An adoption deletes and replaces nothing. Where the update would, or is refused, the state is put back: what it has `down` would
 * take away.
 * @param entered absent where nothing entered the state
 * @throws UserError where the update would; what Pulumi says where its preview fails
 */
async function checkUpdate(name: string, open: OpenStack, entered: Entered | undefined): Promise<void> {
  const { stack, step } = open;
  const undone = () => (entered === undefined ? Promise.resolve() : putBack(name, open, entered));
  const { changeSummary } = await step(() => stack.preview(besideOutput)).catch(async (error: unknown) => {
    await undone();
    throw error;
  });
  const bad = Object.entries(changeSummary).filter(([kind, count]) => /delete|replace/.test(kind) && count > 0);
  if (bad.length === 0) return;
  await undone();
  const what = bad.map(([kind, count]) => `${String(count)} ${kind}`).join(", ");
  throw new UserError(
    `the update would not leave all in place (${what}; see above), so it is not run. Nothing was deleted, and the mesh runs as ` +
      "before; please report this as a bug",
  );
}

/** Carries an adoption out. Each step can be done again: whatever interrupted it, a second run finishes it. */
export async function carryOut(name: string, settings: Settings, looked: Looked): Promise<void> {
  const { cluster, plan, found } = looked;
  const open = await openStack(name, settings, "made");
  const { deployment: state } = await open.step(() => exportState(open.stack));
  const there = state?.resources ?? [];
  unlessInterrupted();
  await keepLogin(name, settings, looked, there);
  const deployment = deploymentOf(looked, settings);
  // One with a release of Helm's is known by that.
  const hasRelease = plan.releases.some(({ chart, from }) => ["istio", "istiod"].includes(chart) && from !== undefined);
  const controlPlane = hasRelease ? undefined : deployment;
  unlessInterrupted();
  say("marking what must stay, and what becomes the releases' own");
  const own = standing(looked);
  const { keep, mark } = plan;
  await prepareAdoption(cluster, { keep, mark, own, controlPlane, stack: name, managers: fieldManagersOf(there) });
  await settleState(open, await open.step(() => exportState(open.stack)), besideOutput, "beginning again");
  await checkUpdate(name, open, await enterState(open, name, settings, looked));
  unlessInterrupted();
  await removeJobs(
    cluster,
    plan.again.map(({ metadata }) => metadata.name),
  );
  await open.step(() => open.stack.up({ ...besideOutput, showSecrets: false }));
  say("tidying up the marks");
  const marked = found.controlPlanes.some(({ adoptedBy }) => adoptedBy !== undefined) ? deployment : controlPlane;
  await finishAdoption(cluster, { own, controlPlane: marked, emptied: plan.emptied }, objectsOf);
  say(errorColors.green(`stack ${name} has taken the mesh over`));
}
