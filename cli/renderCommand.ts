import { relative, resolve } from "node:path";
import { settingsEndNotes } from "../mesh/faults/faultsEnd";
import { meshPlan } from "../mesh/meshPlan";
import { render } from "../render/render";
import { filesOf, writeFiles } from "../render/write";
import { projectFolder, readStack } from "./stackFile";
import { summarise, summaryText } from "./summary";
import { asUserError, UserError } from "./userError";

interface Options {
  readonly out?: string;
  readonly charts?: string;
  readonly json?: boolean;
}

/** Exit code when everything but some charts' objects was rendered. */
export const incompleteCode = 3;

const progress = (line: string) => process.stderr.write(`${line}\n`);

/** Renders a stack and prints its summary. @throws UserError with what is wrong */
export async function renderStack(stack: string, options: Options): Promise<void> {
  if (options.out === "") throw new UserError("--out is empty. Allowed: a folder");
  const settings = readStack(stack);
  for (const line of settingsEndNotes(settings)) progress(line);
  const folder = resolve(options.out ?? `${projectFolder}/rendered/${stack}`);
  const charts = options.charts ?? process.env["JAM_ISTIO_CHARTS"];
  let rendered;
  try {
    rendered = await render(settings, charts === "" ? undefined : charts, progress);
    await writeFiles(folder, filesOf(rendered));
  } catch (error) {
    throw asUserError(error);
  }
  for (const text of meshPlan(settings).warnings) progress(`warning: ${text}`);
  const summary = summarise(stack, relative(process.cwd(), folder) || ".", rendered);
  process.stdout.write(`${options.json === true ? JSON.stringify(summary, undefined, 2) : summaryText(summary)}\n`);
  if (!summary.complete) process.exitCode = incompleteCode;
}
