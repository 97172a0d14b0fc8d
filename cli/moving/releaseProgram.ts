import type { Command } from "commander";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when it runs, as in main.ts
const loadRelease = () => require("./releaseCommand") as typeof import("./releaseCommand");

/** Adds the command `release`. */
export function addRelease(program: Command): void {
  program
    .command("release")
    .description("Let go of a stack: its mesh stays as it is, and goes on with plain Helm")
    .argument("<stack>", "the stack: dev701 for Pulumi.dev701.yaml")
    .option("--yes", "let go without a question")
    .option("--json", "print it as JSON; without --yes the plan alone")
    .addHelpText(
      "after",
      "\nNo object of the mesh is changed, restarted or removed. The stack's state is\n" +
        "emptied, and the program's marks are taken off Helm's records and the namespace.\n" +
        "`adopt` takes it back.\n\nExample: npx jam-istio release dev701\n" +
        "Exit codes: 0 let go of, or answered with no, 1 refused or failed,\n3 the plan was shown alone.",
    )
    .action((stack: string, options: object) => loadRelease().release(stack, options));
}
