import type { Command } from "commander";
import { helpEnd } from "../terminal/helpEnd";

/* eslint-disable @typescript-eslint/no-require-imports -- loaded when one of its commands runs, as in main.ts */
const loadMesh = () => require("./meshCommand") as typeof import("./meshCommand");
const loadFaults = () => require("./faultsCommand") as typeof import("./faultsCommand");
const loadDrill = () => require("./drillCommand") as typeof import("./drillCommand");
/* eslint-enable @typescript-eslint/no-require-imports */

const stackArgument = ["<stack>", "the stack: dev701 for Pulumi.dev701.yaml"] as const;

/** Adds the commands about what runs of a stack's mesh. */
export function addMesh(program: Command): void {
  const mesh = program
    .command("mesh")
    .description("What runs of a stack's mesh; needs a kubeconfig and no Pulumi")
    .addHelpText("after", helpEnd("mesh -- status dev701", "in the help of each command"));
  mesh
    .command("status")
    .description("Versions of control plane and proxies, and what up would fix")
    .argument(...stackArgument)
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      helpEnd("mesh -- status dev701", "0 all is as the settings say, 1 it cannot be told, 3 there is something to do"),
    )
    .action((stack: string, options: object) => loadMesh().status(stack, options));
  mesh
    .command("faults")
    .description("The faults that are active: since when, until when, in how many proxies, how often felt")
    .argument(...stackArgument)
    .option("--off", "end every fault, by label; up does not put them back")
    .option("--expired", "with --off: only those whose time is over, should their reaper have failed")
    .option("--all", "with --off: in every namespace of the cluster, of every instance")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      helpEnd(
        "mesh -- faults dev701 --off",
        "0 no fault is active, 1 it cannot be told, 3 faults are active, or not dropped by all proxies",
      ),
    )
    .action((stack: string, options: object) => loadFaults().faults(stack, options));
  mesh
    .command("drill")
    .description("Inject one fault of the settings for a while, watch, and remove it whatever happens")
    .argument(...stackArgument)
    .argument("<fault>", "its name or its place in faultInjection.faults: httpAbort/ct-webapp, or 1")
    .requiredOption("--for <duration>", "how long: 30s, 10m, 1h30m; at most 24h")
    .option(
      "--stop-if <probe>",
      "command or http(s) URL that is tried before and meanwhile: when it fails the drill ends",
    )
    .option("--no-reaper", "without the Job that ends the fault should this command be killed or cut off")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      "\nThe settings' faultInjection.enabled stays false: the drill needs no deployment. Ctrl-C removes the fault." +
        helpEnd(
          "mesh -- drill dev701 httpAbort/ct-webapp --for 10m",
          "0 it ran its time, 1 refused or failed, 3 the probe failed, 4 stopped by hand",
        ),
    )
    .action((stack: string, fault: string, options: { readonly for: string; readonly reaper: boolean }) =>
      loadDrill().drill(stack, fault, options),
    );
}
