import type { Command } from "commander";
import type { FleetCommand } from "../../delivery/fleet/report";
import { helpEnd } from "../terminal/helpEnd";
import type { FleetOptions } from "./fleetCommand";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when it runs; the loader of TypeScript handles require() alone
const loadFleet = () => require("./fleetCommand") as typeof import("./fleetCommand");

const several = (value: string, before: readonly string[]) => [...before, value];

const codesText = (found: string) =>
  `0 all went through${found === "" ? ", or answered with no" : ""}, 1 wrong input, or one failed or was not begun, ` +
  `${found === "" ? "" : `3 none failed, but ${found}, `}4 stopped by hand (Ctrl-C)`;

/** A command of the fleet with what all of them take. */
function added(fleet: Command, name: FleetCommand, description: string): Command {
  return fleet
    .command(name)
    .description(description)
    .option("--stacks <glob>", "only stacks with such a name, as dev*; can be repeated", several, [])
    .option("--changed <ref>", "only those that differ from a branch, tag or commit, all where the program does")
    .option("--parallel <number>", "how many at the same time", "2")
    .option(
      "--max-failures <number>",
      `after so many failures none is begun any more (default: ${name === "up" ? "1" : "never"})`,
    )
    .option("--logs <folder>", "where the logs and report.json go (default: .jam-istio/fleet/<time>)")
    .option("--json", "print the report as JSON: docs/fleet.schema.json")
    .action((options: FleetOptions) => loadFleet().fleet(name, options));
}

const resumeOption = [
  "--resume",
  "go on with the newest run from here, or the one in --logs: not with what went through with the same inputs",
] as const;

/** Adds the commands for all stacks. */
export function addFleet(program: Command): void {
  const fleet = program
    .command("fleet")
    .description("One command for many stacks: some at the same time, each in a process and with a log of its own")
    .addHelpText("after", helpEnd("fleet -- status", "in the help of each command"));
  added(fleet, "preview", "Show what up would change in each stack, and what it would refuse")
    .option(...resumeOption)
    .addHelpText("after", helpEnd("fleet -- preview --changed origin/main", codesText("")));
  added(fleet, "up", "Deploy: who owns a control plane before its guests, one stack of a cluster at a time")
    .option("--first <glob>", "deploy these before all others, which wait for them; can be repeated", several, [])
    .option(...resumeOption)
    .option("--yes", "do not ask once the order has been shown")
    .addHelpText(
      "after",
      "\nCtrl-C: none is begun any more, those at work end the step that they are at, the report is written." +
        helpEnd("fleet -- up --first dev701 --parallel 4", codesText("")),
    );
  added(fleet, "status", "Versions that run, and what up would fix").addHelpText(
    "after",
    helpEnd("fleet -- status --json", codesText("there is something to do")),
  );
  added(fleet, "drift", "Compare every object of every stack with its cluster; changes nothing").addHelpText(
    "after",
    helpEnd("fleet -- drift --logs drift", codesText("something drifted or could not be compared")),
  );
  added(fleet, "faults", "The faults that are active anywhere")
    .option("--off", "end every fault of every stack, without a question; up does not put them back")
    .addHelpText(
      "after",
      helpEnd("fleet -- faults --off", codesText("faults are active, or not dropped by all proxies")),
    );
}
