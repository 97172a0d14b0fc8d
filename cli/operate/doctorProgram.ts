import type { Command } from "commander";
import { helpEnd } from "../terminal/helpEnd";
import { withTarget } from "./target";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when it runs, as in main.ts
const loadDoctor = () => require("./doctorCommand") as typeof import("./doctorCommand");

/** Adds the command that says what is wrong with a mesh. */
export function addDoctor(program: Command): void {
  const doctor = program
    .command("doctor")
    .description("Find what is wrong with an instance's mesh; changes nothing")
    .argument("[stack]", "the stack: dev701 for Pulumi.dev701.yaml");
  withTarget(doctor, { stack: "argument" })
    .option("--all", "every instance of the cluster")
    .option("--explain <code>", "say what a code means, and why it is a problem; reads no cluster")
    .option("--metrics", "print it in Prometheus' text format, for a schedule")
    .option("--bundle <file>", "write a report to hand on, a .tar.gz; secrets are taken out")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      "\nWhat may not be read is named; docs/doctor.md has the codes, and the rights that it needs." +
        helpEnd("doctor -- dev701", "0 nothing to do, 1 it cannot be told, 3 something is wrong"),
    )
    .action((stack: string | undefined, options: object) => loadDoctor().doctor(stack, options));
}
