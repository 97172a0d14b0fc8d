import type { UpdateSummary } from "@pulumi/pulumi/automation";
import { gateType, releaseType } from "../../mesh/upgrade/stateTypes";
import type { Settings } from "../../settings/types";
import { ask, canAsk } from "../terminal/ask";
import type { PlanOptions } from "../delivery/makePlan";
import { errorColors, outColors } from "../terminal/colors";
import { forgetPendingCreations } from "./interruptedRun";
import { exportState } from "./stackState";
import { explained, openStack, type OpenStack } from "./openStack";
import { readLocation, readStack } from "../stack/stackFile";
import { UserError } from "../terminal/userError";
import { say } from "../terminal/say";

/** What `up` and `down` take. */
interface Options {
  readonly yes?: boolean;
  readonly refresh?: boolean;
  readonly reapply?: boolean;
}

/** Pulumi's own lines, as they come; colours only on a terminal. */
const output = {
  onOutput: (text: string) => process.stdout.write(text),
  onError: (text: string) => process.stderr.write(text),
  color: outColors.isColorSupported ? ("always" as const) : ("never" as const),
};

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it renders, which no other run from here does
const loadPlan = () => require("../delivery/makePlan") as typeof import("../delivery/makePlan");

/** Whether Pulumi reads the cluster anew, beside its state. */
const refreshed = ({ refresh = false, reapply = false }: Options) =>
  refresh || reapply ? { ...output, refresh: true } : output;

function mustBeAnswered(what: string, { yes = false }: Options): void {
  if (!yes && !canAsk()) throw new UserError(`nobody can be asked here; to ${what} without a question: --yes`);
}

/** @returns whether Pulumi has to read the cluster anew: the run may have removed what the state still has */
async function forget({ stack, step }: OpenStack, next: string): Promise<boolean> {
  const { creating, deleting } = await step(() => forgetPendingCreations(stack));
  if (creating.length > 0) say(`an interrupted run had begun to create ${creating.join(", ")}; ${next}`);
  if (deleting.length > 0)
    say(`an interrupted run had begun to delete ${deleting.join(", ")}; what is left of it is read anew`);
  return deleting.length > 0;
}

/** Pulumi's words for what it did; its summary has the operations' names. */
const done: Readonly<Record<string, string>> = {
  ...{ create: "created", update: "updated", delete: "deleted", replace: "replaced", same: "unchanged" },
};

const places = Object.keys(done);

const changesText = ({ resourceChanges = {} }: UpdateSummary) =>
  Object.entries(resourceChanges)
    .sort(([one], [other]) => places.indexOf(one) - places.indexOf(other))
    .map(([operation, count]) => `${String(count)} ${done[operation] ?? operation}`)
    .join(", ") || "nothing was there";

/** Shows what `up` would change, and what it would refuse. @param options with a plan: what it would change is written there */
export async function preview(
  name: string,
  { plan, base, ...options }: Pick<Options, "refresh"> & Partial<PlanOptions> & { readonly base?: string },
): Promise<void> {
  const settings = readStack(name);
  if (plan === undefined && base !== undefined) throw new UserError("--base goes with --plan");
  const write = plan === undefined ? undefined : await loadPlan().preparePlan(settings, { plan, base });
  await explained("preview", async () => {
    const { stack, step } = await openStack(name, settings, "made");
    await step(() => stack.preview(refreshed(options)));
  });
  write?.();
}

/** Deploys a stack. @throws UserError with one line; Pulumi's own lines have been printed */
export async function up(name: string, options: Options): Promise<void> {
  const settings = readStack(name);
  mustBeAnswered("deploy", options);
  // Read by the gate, in its own process.
  if (options.reapply === true) process.env["JAM_ISTIO_REAPPLY"] = "1";
  await explained("up", async () => {
    const open = await openStack(name, settings, "made");
    const { stack, step } = open;
    const refresh = (await forget(open, "beginning again")) || options.refresh === true;
    const how = refreshed({ ...options, refresh });
    if (options.yes !== true) {
      await step(() => stack.preview(how));
      if (!(await ask(`Deploy this to ${name}?`))) {
        say("nothing was changed");
        return;
      }
    }
    const { summary } = await step(() => stack.up({ ...how, showSecrets: false }));
    say(errorColors.green(`stack ${name} is up: ${changesText(summary)}`));
  });
}

/**
 * Refuses to take away what only an adoption entered into the state: it is the mesh that somebody else made and that is in use, and
 * no guard of this stack's has come to it yet.
 */
async function mustBeDeployed(name: string, { stack, step }: OpenStack): Promise<void> {
  const resources = (await step(() => exportState(stack))).deployment?.resources ?? [];
  const has = (type: string) => resources.some((one) => one.type === type);
  if (!has(releaseType) || has(gateType)) return;
  throw new UserError(
    `an adoption by stack ${name} was broken off, and down would uninstall the mesh that it found. To finish it: ` +
      `npx jam-istio adopt ${name} --yes; to let go of the mesh: npx jam-istio release ${name}. Nothing was changed`,
  );
}

/** What `down` leaves. @param settings absent where something is wrong in the stack file */
function staysText(name: string, namespace: string, settings: Settings | undefined): string {
  const stays = [
    `namespace ${namespace} with its workloads and its label for injection; sidecars that run, until their pods are restarted`,
    "Istio's definitions (CRDs) and the objects of their kinds that are not this stack's",
    ...(settings?.istio.controlPlane === "shared" ? ["the mesh, which is another stack's"] : []),
    `the stack file, and the stack's history (to remove that: pulumi stack rm ${name} --preserve-config)`,
  ];
  return ["What stays:", ...stays.map((line) => `  - ${line}`)].join("\n");
}

/** Takes a stack away. @throws UserError with one line; Pulumi's own lines have been printed */
export async function down(name: string, options: Options): Promise<void> {
  // A stack whose settings are wrong can go all the same.
  const { place, settings, problems } = readLocation(name);
  mustBeAnswered("take it away", options);
  if (problems !== undefined) say(`${problems}\nWhat was deployed is taken away nevertheless.`);
  await explained("destroy", async () => {
    const open = await openStack(name, place, "there");
    const { stack, step } = open;
    await mustBeDeployed(name, open);
    const stays = "what there is of it stays; to have it taken away as well: up first, then down";
    const refresh = (await forget(open, stays)) || options.refresh === true;
    const how = refreshed({ ...options, refresh });
    if (options.yes !== true) await step(() => stack.previewDestroy(how));
    say(staysText(name, place.namespace, settings));
    if (options.yes !== true && !(await ask(`Take ${name} away?`))) {
      say("nothing was changed");
      return;
    }
    const { summary } = await step(() => stack.destroy(how));
    say(errorColors.green(`stack ${name} is down: ${changesText(summary)}`));
  });
}
