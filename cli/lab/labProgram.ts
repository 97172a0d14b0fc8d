import type { Command } from "commander";
import { helpEnd } from "../terminal/helpEnd";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when one of its commands runs, as in main.ts
const loadLab = () => require("./labCommand") as typeof import("./labCommand");

/** Adds the commands of the lab. */
export function addLab(program: Command): void {
  const lab = program
    .command("lab")
    .description("A real Kubernetes control plane with simulated nodes, on this machine, for trying things out")
    .addHelpText("after", helpEnd("lab -- up", "in the help of each command"));
  const kubernetesOption = ["--kubernetes <version>", "Kubernetes minor of the control plane"] as const;
  lab
    .command("up")
    .description("Start it, or find it running; prints the kubeconfig to use")
    .option(kubernetesOption[0], "Kubernetes minor (default: 1.34; 1.21 carries a classic mesh)")
    .option("--binaries <folder>", "folder with kube-apiserver and the like, or with a folder 1.34 of them")
    .option("--json", "print the result as JSON")
    .addHelpText("after", helpEnd("lab -- up --kubernetes 1.21", "0 it is up, 1 it cannot be started"))
    .action((options: object) => loadLab().labUp(options));
  lab
    .command("build")
    .description("Build the lab's programs with Go into the cache before they are needed; what is there stays")
    .argument(
      "[parts...]",
      "1.34, 1.21 (control planes), engine (Pulumi), traffic (istiod and Envoy); default: these. " +
        "istiods: istiod of other minors, to compare",
    )
    .addHelpText("after", helpEnd("lab -- build 1.34 engine", "0 all is built, 1 it cannot be"))
    .action((parts: readonly string[]) => loadLab().labBuild(parts));
  lab
    .command("down")
    .description("End it and remove what it wrote; also what a crash left")
    .option(...kubernetesOption)
    .addHelpText("after", helpEnd("lab -- down", "0 nothing is up any more, 1 it cannot be ended"))
    .action((options: object) => loadLab().labDown(options));
  lab
    .command("status")
    .description("Show what is up")
    .option(...kubernetesOption)
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      helpEnd("lab -- status", "0 one is up, 1 it cannot be told, 3 none is up, or what is there is broken"),
    )
    .action((options: object) => loadLab().labStatus(options));
  lab
    .command("env")
    .description("Print the line that points kubectl at it, for a shell's eval")
    .option(...kubernetesOption)
    .addHelpText(
      "after",
      '\nExample: eval "$(npm run --silent lab -- env)"\nExit codes: 0 printed, 1 none or several are up.',
    )
    .action((options: object) => loadLab().labEnv(options));
}
