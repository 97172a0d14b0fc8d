import type { UpdateSummary } from "@pulumi/pulumi/automation";
import type { Settings } from "../../settings/types";
import { ask, canAsk } from "../terminal/ask";
import type { PlanOptions } from "../delivery/makePlan";
import { errorColors, outColors } from "../terminal/colors";
import { forgetPendingCreations } from "./interruptedRun";
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

async function forget({ stack, step }: OpenStack, next: string): Promise<void> {
  const forgotten = await step(() => forgetPendingCreations(stack));
  if (forgotten.length > 0) say(`an interrupted run had begun to create ${forgotten.join(", ")}; ${next}`);
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
    await forget(open, "beginning again");
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
    await forget(open, "what there is of it stays; to have it taken away as well: up first, then down");
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
