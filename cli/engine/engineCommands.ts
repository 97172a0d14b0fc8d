import type { UpdateSummary } from "@pulumi/pulumi/automation";
import { enteredOnly } from "../../mesh/adopt/stateEntries";
import type { Settings } from "../../settings/types";
import { ask, canAsk } from "../terminal/ask";
import type { PlanOptions } from "../delivery/makePlan";
import { errorColors, outColors } from "../terminal/colors";
import { settleState } from "./interruptedRun";
import { exportState, type ExportedState } from "./stackState";
import { explained, openStack } from "./openStack";
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
    await settleState(open, await step(() => exportState(stack)), output, "beginning again");
    if (options.yes !== true) {
      await step(() => stack.preview(refreshed(options)));
      if (!(await ask(`Deploy this to ${name}?`))) {
        say("nothing was changed");
        return;
      }
    }
    const { summary } = await step(() => stack.up({ ...refreshed(options), showSecrets: false }));
    say(errorColors.green(`stack ${name} is up: ${changesText(summary)}`));
  });
}

/**
 * Refuses to take away what only an adoption entered into the state: it is the mesh that somebody else made and that is in use, and
 * what guards the removal of one is not in the state before an update came to its end.
 */
function mustBeOwn(name: string, { deployment }: ExportedState): void {
  const entered = enteredOnly(deployment?.resources ?? [], name);
  if (entered.length === 0) return;
  throw new UserError(
    `an adoption by stack ${name} was broken off, and down would take away what it found (${entered.join(", ")}). To finish ` +
      `it: npx jam-istio adopt ${name} --yes; to let go of the mesh: npx jam-istio release ${name}. Nothing was changed`,
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
    const state = await step(() => exportState(stack));
    mustBeOwn(name, state);
    const next = "what there is of it stays; to have it taken away as well: up first, then down";
    await settleState(open, state, output, next);
    if (options.yes !== true) await step(() => stack.previewDestroy(refreshed(options)));
    say(staysText(name, place.namespace, settings));
    if (options.yes !== true && !(await ask(`Take ${name} away?`))) {
      say("nothing was changed");
      return;
    }
    const { summary } = await step(() => stack.destroy(refreshed(options)));
    say(errorColors.green(`stack ${name} is down: ${changesText(summary)}`));
  });
}
