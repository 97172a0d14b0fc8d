import { Command } from "commander";
import { errorColors } from "./colors";
import { UserError } from "./userError";

const program = new Command("jam-istio")
  .description("Installs, upgrades and debugs the Istio mesh of one instance")
  .showHelpAfterError("(--help shows what there is)");

/* eslint-disable @typescript-eslint/no-require-imports -- each command loads what it needs when it runs: the help does not
   wait for Pulumi, and the loader of TypeScript handles require() alone */
const loadRender = () => require("./renderCommand") as typeof import("./renderCommand");
const loadEngine = () => require("./engineCommands") as typeof import("./engineCommands");
/* eslint-enable @typescript-eslint/no-require-imports */

const stackArgument = ["<stack>", "the stack: dev701 for Pulumi.dev701.yaml"] as const;

program
  .command("render")
  .description("Write every object that a stack would create, a file each, without Pulumi, cluster or credentials")
  .argument(...stackArgument)
  .option("--out <folder>", "where the files go (default: rendered/<stack>)")
  .option(
    "--charts <root>",
    "directory or URL laid out like the official chart repositories (default: JAM_ISTIO_CHARTS)",
  )
  .option("--json", "print the summary as JSON")
  .addHelpText(
    "after",
    "\nExit codes: 0 rendered, 1 wrong input, 3 rendered without the charts that cannot be reached.",
  )
  .action((stack: string, options: object) => loadRender().renderStack(stack, options));
program
  .command("up")
  .description("Deploy a stack: finds Pulumi and a backend, shows the preview, asks, deploys")
  .argument(...stackArgument)
  .option("--yes", "deploy without a preview and a question")
  .action((stack: string, options: object) => loadEngine().up(stack, options));
program
  .command("preview")
  .description("Show what up would change, and what it would refuse")
  .argument(...stackArgument)
  .action((stack: string) => loadEngine().preview(stack));

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof UserError;
  const text = error instanceof Error ? error.message : String(error);
  const line = known ? text : `a fault in jam-istio itself: ${text.split("\n")[0] ?? ""}`;
  process.stderr.write(`${errorColors.red("error:")} ${line}\n`);
  process.exitCode = 1;
});
