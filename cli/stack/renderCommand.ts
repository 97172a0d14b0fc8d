import { relative, resolve } from "node:path";
import { meshPlan } from "../../mesh/meshPlan";
import { notesOf, type ChartRoot } from "../../render/notes";
import { isComplete, render } from "../../render/render";
import { filesOf, holdsComplete, writeFiles } from "../../render/write";
import { projectFolder, readStack } from "./stackFile";
import { summarise, summaryText } from "../terminal/summary";
import { asUserError, UserError } from "../terminal/userError";
import { say } from "../terminal/say";

interface Options {
  readonly out?: string;
  readonly charts?: string;
  readonly json?: boolean;
}

/** Exit code when everything but some charts' objects was rendered. */
export const incompleteCode = 3;

/** The option goes before the variable; an empty one is none. */
function chartRoot({ charts }: Options): ChartRoot | undefined {
  const from = charts === undefined ? "JAM_ISTIO_CHARTS" : "--charts";
  const root = charts ?? process.env["JAM_ISTIO_CHARTS"] ?? "";
  return root === "" ? undefined : { root, from };
}

/** Renders a stack and prints its summary. @throws UserError with what is wrong */
export async function renderStack(stack: string, options: Options): Promise<void> {
  if (options.out === "") throw new UserError("--out is empty. Allowed: a folder");
  const settings = readStack(stack);
  const folder = resolve(options.out ?? `${projectFolder}/rendered/${stack}`);
  const charts = chartRoot(options);
  const plan = meshPlan(settings);
  let rendered;
  let written;
  try {
    rendered = await render(plan, charts?.root, say);
    // What a pull request or a person looks at is not worth less than what could be had this time.
    written = isComplete(rendered) || !(await holdsComplete(folder));
    if (written) await writeFiles(folder, filesOf(rendered));
  } catch (error) {
    throw asUserError(error);
  }
  const place = { folder: relative(process.cwd(), folder) || ".", written };
  const summary = summarise(stack, place, rendered, notesOf(plan, rendered, charts));
  process.stdout.write(`${options.json === true ? JSON.stringify(summary, undefined, 2) : summaryText(summary)}\n`);
  if (!summary.complete) process.exitCode = incompleteCode;
}
