import { writeFileSync } from "node:fs";
import { bounded, connectOnce } from "../../cluster/client/kubernetesClient";
import { nameOf } from "../../delivery/compare/changes";
import { usualNoise } from "../../delivery/compare/noise";
import { diffHtml } from "../../delivery/formats/html";
import { diffMarkdown } from "../../delivery/formats/markdown";
import { diffText } from "../../delivery/formats/text";
import { liveDiff } from "../../delivery/liveDiff";
import { findBase } from "../../delivery/sides/git";
import { openBase, renderBoth, type Project } from "../../delivery/sides/bothSides";
import { baseText, stackDiff, type StackDiff } from "../../delivery/stackDiff";
import { meshPlan } from "../../mesh/meshPlan";
import { messageOf } from "../../tools/errors";
import { outColors } from "../terminal/colors";
import { projectFolder, readStack, stackNames } from "../stack/stackFile";
import { asUserError, UserError } from "../terminal/userError";
import { projectRoot } from "../../tools/projectRoot";
import { planNow } from "./planNow";
import { lookAtCluster, lookSeconds, unreadable, wantedObjects } from "./lookAtCluster";

interface Options {
  readonly base?: string;
  readonly markdown?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  readonly ignore?: readonly string[];
  readonly all?: boolean;
  readonly charts?: string;
  readonly live?: boolean;
}

/** Exit code where the objects of some charts are missing; that of `render`. */
const incompleteCode = 3;

/** This project, as its sides are rendered. */
export const thisProject = (charts: string | undefined): Project => ({
  folder: projectFolder,
  program: projectRoot,
  charts,
});

/** Compares a stack with what it was. @throws Error saying which side cannot be rendered, and why */
async function compared(stack: string, { base: ref, charts, ignore = [], all = false }: Options): Promise<StackDiff> {
  const project = thisProject(charts);
  const base = await findBase(project.folder, ref);
  process.stderr.write(`rendering ${stack} as of ${baseText(base)} and as it is here\n`);
  const files = await openBase(project, base);
  try {
    if (![project.folder, files.folder].some((folder) => stackNames(folder).includes(stack)))
      throw new UserError(`there is no Pulumi.${stack}.yaml, neither here nor in ${baseText(base)}`);
    const sides = await renderBoth(stack, project, files);
    const noise = [...(all ? [] : usualNoise), ...ignore];
    return stackDiff(stack, baseText(base), sides, { noise, notes: files.notes });
  } finally {
    await files.remove();
  }
}

/** Compares a stack with what is in its cluster. @throws UserError where it gives no answer */
async function comparedLive(stack: string, { base, charts, ignore = [], all = false }: Options): Promise<StackDiff> {
  if (base !== undefined) throw new UserError("--live compares with the cluster and --base with a commit: give one");
  const asked = meshPlan(readStack(stack));
  const connected = connectOnce(asked.settings.kubernetes);
  const { plan, notes } = await planNow(asked, connected).catch(unreadable);
  const objects = await wantedObjects(plan, charts);
  const look = bounded("the Kubernetes API", lookSeconds, lookAtCluster(plan, objects, connected));
  const { looked, more } = await look.catch(unreadable);
  const noise = all && ignore.length === 0 ? undefined : [...(all ? [] : usualNoise), ...ignore];
  const found = liveDiff(stack, { looked, additional: more.found.map(nameOf) }, noise);
  const unseen = more.unseen.length === 0 ? [] : [`these may not be listed (HTTP 403): ${more.unseen.join(", ")}`];
  return { ...found, notes: [...found.notes, ...notes, ...unseen] };
}

function writeHtml(file: string, diff: StackDiff): void {
  try {
    writeFileSync(file, diffHtml(diff));
  } catch (error) {
    throw new UserError(`--html: ${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  process.stderr.write(`written: ${file}\n`);
}

/** Shows what a change, or an `up` now, does to each object of a stack. */
export async function diff(stack: string, options: Options): Promise<void> {
  if (options.html === "") throw new UserError("--html is empty. Allowed: a file");
  const found = await (options.live === true ? comparedLive : compared)(stack, options).catch((error: unknown) => {
    throw asUserError(error);
  });
  if (options.html !== undefined) writeHtml(options.html, found);
  const text =
    options.json === true
      ? JSON.stringify(found, undefined, 2)
      : options.markdown === true
        ? diffMarkdown(found)
        : diffText(found, outColors);
  process.stdout.write(`${text}\n`);
  if (!found.complete) process.exitCode = incompleteCode;
}
