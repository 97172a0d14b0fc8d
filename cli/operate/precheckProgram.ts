import type { Command } from "commander";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when it runs, as in main.ts
const loadPrecheck = () => require("./precheckCommand") as typeof import("./precheckCommand");

/** Adds the command `precheck`. */
export function addPrecheck(program: Command): void {
  program
    .command("precheck")
    .description(
      "What Istio's upgrade notes say about the objects in a cluster, before its version moves; changes nothing",
    )
    .argument("[stack]", "the stack: dev701 for Pulumi.dev701.yaml; without it --context, for any cluster with Istio")
    .option("--context <context>", "context of the kubeconfig, where no stack is named")
    .option("--to <version>", "version that is wanted, such as 1.30.3")
    .option("--path", "to the newest version that is known, each step in one line")
    .option("--markdown", "print the report as Markdown")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      "\nExample: npx jam-istio precheck dev701 --to 1.30.3" +
        "\n         npx jam-istio precheck --context staging --path" +
        "\nExit codes: 0 nothing to do before the step, 3 warnings, or something may not be read, 1 refusals, wrong input, or failed.",
    )
    .action((stack: string | undefined, options: object) => loadPrecheck().precheck(stack, options));
}
