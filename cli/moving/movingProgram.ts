import type { Command } from "commander";
import { addRelease } from "./releaseProgram";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when the command runs, as in main.ts
const loadAdopt = () => require("./adoptCommand") as typeof import("./adoptCommand");

/** Adds the commands with which a mesh that runs already comes to this program, and leaves it. */
export function addMoving(program: Command): void {
  program
    .command("adopt")
    .description("Take over a mesh that runs and that somebody else's tool made: shows what becomes of each object")
    .argument("<stack>", "the stack: dev701 for Pulumi.dev701.yaml")
    .option("--yes", "carry it out; without it nothing is changed")
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      "\nNothing is deleted, and nothing restarts as long as the settings say what runs. What was interrupted goes on with --yes." +
        "\nExample: npx jam-istio adopt dev701\n" +
        "Exit codes: 0 carried out, or there is nothing to take over, 1 refused or failed, 3 there is a plan, and it was only shown.",
    )
    .action((stack: string, options: object) => loadAdopt().adopt(stack, options));
  addRelease(program);
}
