import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { render } from "../render/render";
import { filesOf, writeFiles } from "../render/write";
import { projectFolder, readStack, UserError } from "./stackFile";
import { summarise, summaryText } from "./summary";

interface Options {
  readonly out?: string;
  readonly charts?: string;
  readonly json?: boolean;
}

/** Exit code when everything but some charts' objects was rendered. */
export const incompleteCode = 3;

const progress = (line: string) => process.stderr.write(`${line}\n`);

async function renderStack(stack: string, options: Options): Promise<void> {
  const settings = readStack(stack);
  const folder = resolve(options.out ?? `${projectFolder}/rendered/${stack}`);
  const charts = options.charts ?? process.env["JAM_ISTIO_CHARTS"];
  let rendered;
  try {
    rendered = await render(settings, charts === "" ? undefined : charts, progress);
    await writeFiles(folder, filesOf(rendered));
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
  const summary = summarise(stack, relative(process.cwd(), folder) || ".", rendered);
  process.stdout.write(`${options.json === true ? JSON.stringify(summary, undefined, 2) : summaryText(summary)}\n`);
  if (!summary.complete) process.exitCode = incompleteCode;
}

/** Adds `render` to the command. */
export function addRender(program: Command): void {
  program
    .command("render")
    .description("Write every object that a stack would create, a file each, without Pulumi, cluster or credentials")
    .argument("<stack>", "the stack: dev701 for Pulumi.dev701.yaml")
    .option("--out <folder>", "where the files go (default: rendered/<stack>)")
    .option(
      "--charts <root>",
      "directory or URL laid out like the official chart repositories (default: JAM_ISTIO_CHARTS)",
    )
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      `\nExit codes: 0 rendered, 1 wrong input, ${String(incompleteCode)} rendered without the charts that cannot be reached.`,
    )
    .action(renderStack);
}
