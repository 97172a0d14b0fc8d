import { Command } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { errorColors } from "./terminal/colors";
import { endSoon } from "./terminal/ending";
import { addDelivery } from "./delivery/program";
import { addFleet } from "./fleet/fleetProgram";
import { addCompletion } from "./completion";
import { fitHelp, helpEnd } from "./terminal/helpEnd";
import { addLab } from "./lab/labProgram";
import { addMesh } from "./mesh/meshProgram";
import { addCapture } from "./operate/captureProgram";
import { addDoctor } from "./operate/doctorProgram";
import { addInspect } from "./operate/inspectProgram";
import { addProxyLog } from "./operate/proxyLogProgram";
import { addMoving } from "./moving/movingProgram";
import { addMirror } from "./stack/mirrorProgram";
import { addPrecheck } from "./operate/precheckProgram";
import { withoutCredentials } from "../mesh/credentials";
import { isDebug, messageOf } from "../tools/errors";
import { UserError } from "./terminal/userError";
import { projectRoot } from "../tools/projectRoot";

const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };

const program = new Command("jam-istio")
  .description("Installs, upgrades and debugs the Istio mesh of one instance")
  .version(version)
  .configureOutput({ writeOut: (text) => process.stdout.write(fitHelp(text)) })
  .addHelpText("after", helpEnd("preview -- dev701", "0 done, 1 wrong input or failed; others are in a command's help"))
  .showHelpAfterError("(--help shows what there is)");

/* eslint-disable @typescript-eslint/no-require-imports -- each command loads what it needs when it runs: the help does not
   wait for Pulumi, and the loader of TypeScript handles require() alone */
const loadRender = () => require("./stack/renderCommand") as typeof import("./stack/renderCommand");
const loadRehearse = () => require("./lab/rehearseCommand") as typeof import("./lab/rehearseCommand");
const loadImport = () => require("./stack/importCommand") as typeof import("./stack/importCommand");
const loadNew = () => require("./stack/newCommand") as typeof import("./stack/newCommand");
const loadRotate = () => require("./engine/rotateKialiCommand") as typeof import("./engine/rotateKialiCommand");
const loadEngine = () => require("./engine/engineCommands") as typeof import("./engine/engineCommands");
/* eslint-enable @typescript-eslint/no-require-imports */

const refreshOption = ["--refresh", "compare the state with the cluster first, and go by what is there"] as const;
const stackArgument = ["<stack>", "the stack: dev701 for Pulumi.dev701.yaml"] as const;

program
  .command("new")
  .description("Write the stack file of a new instance: asks what one must know")
  .argument("<instance>", "its name: dev701 writes Pulumi.dev701.yaml")
  .option("--istio-version <version>", "version of Istio, such as 1.30.3")
  .option("--shared", "another stack owns istio-system in this cluster")
  .option("--mysql-host <host>", "host of a database outside the cluster")
  .option("--region <region>", "AWS region of its S3 bucket")
  .option("--mail-host <host>", "host of the mail server")
  .option("--mail-port <port>", "port of the mail server (default: 587)")
  .option("--yes", "ask nothing: what is not given is not there")
  .option("--force", "replace a file that is there")
  .addHelpText(
    "after",
    "\nExample: npx jam-istio new dev702 --yes --istio-version 1.30.3 --mysql-host db.example.com\n" +
      "Exit codes: 0 written, 1 wrong input; nothing is written then.",
  )
  .action((instance: string, options: object) => loadNew().newStack(instance, options));
program
  .command("import-values")
  .description("Write a stack file that says what old Helm values said, and report what became of each key")
  .argument("<files...>", "values files in Helm's order, the umbrella's Chart.yaml, those of the chart fault-injection")
  .option("--stack <name>", "name of the new stack (default: jam.namespace)")
  .option("--istio-version <version>", "version of Istio that runs (default: that of Chart.yaml)")
  .option("--charts <root>", "directory or URL laid out like the official chart repositories")
  .option("--force", "replace a file that is there")
  .option("--json", "print the report as JSON")
  .addHelpText(
    "after",
    "\nExample: npx jam-istio import-values helm/jam-istio/Chart.yaml helm/jam-istio/values.yaml \\\n" +
      "           instances/dev701-k8s.yaml instances/dev701-config.yaml\n" +
      "Exit codes: 0 written, 1 wrong input; nothing is written then.",
  )
  .action((files: readonly string[], options: object) => loadImport().importFiles(files, options));
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
    helpEnd(
      "render -- dev701",
      "0 rendered, 1 wrong input, also a version that its repository lacks, 3 without the objects of charts that cannot be reached",
    ),
  )
  .action((stack: string, options: object) => loadRender().renderStack(stack, options));
program
  .command("up")
  .description("Deploy a stack: finds Pulumi and a backend, shows the preview, asks, deploys")
  .argument(...stackArgument)
  .option("--yes", "deploy without a preview and a question")
  .option(...refreshOption)
  .option("--reapply", "apply every release once more: puts back what drift names; implies --refresh")
  .addHelpText("after", helpEnd("up -- dev701", "0 deployed, or answered with no, 1 refused or failed"))
  .action((stack: string, options: object) => loadEngine().up(stack, options));
program
  .command("preview")
  .description("Show what up would change, and what it would refuse")
  .argument(...stackArgument)
  .option(...refreshOption)
  .option("--plan <file>", "also write there what would be deployed: deploy refuses anything else")
  .option("--base <ref>", "with --plan: where the change began (default: origin's default branch, else main)")
  .addHelpText("after", helpEnd("preview -- dev701", "0 up would go on, 1 refused or failed; no plan is written then"))
  .action((stack: string, options: object) => loadEngine().preview(stack, options));
program
  .command("down")
  .description("Take a stack away: shows what goes and what stays, asks, removes; the stack file is kept")
  .argument(...stackArgument)
  .option("--yes", "remove without a preview and a question")
  .option(...refreshOption)
  .addHelpText("after", helpEnd("down -- dev701", "0 taken away, or answered with no, 1 refused or failed"))
  .action((stack: string, options: object) => loadEngine().down(stack, options));
program
  .command("rotate-kiali")
  .description("Make Kiali's generated passphrase or signing key anew, and restart Kiali; touches nothing else")
  .argument(...stackArgument)
  .addHelpText("after", helpEnd("rotate-kiali -- dev701", "0 it is a new one and Kiali has it, 1 refused or failed"))
  .action((stack: string) => loadRotate().rotateKiali(stack));
program
  .command("rehearse")
  .description("Deploy a stack, and an upgrade, on a control plane made for it on this machine; report what happens")
  .argument(...stackArgument)
  .option("--to-version <version>", "Istio version to upgrade to, after the install")
  .option("--kubernetes <version>", "Kubernetes minor (default: one that the Istio versions support)")
  .option("--binaries <folder>", "folder with the control plane's programs")
  .option("--charts <root>", "directory or URL laid out like the official chart repositories")
  .option(
    "--with-objects <source>",
    "before the upgrade bring the mesh's objects of a real cluster: a kubeconfig's context, or a folder of manifests",
  )
  .option("--adopt <paths...>", "the old umbrella chart's folder and values files: made with Helm first, then adopted")
  .option("--json", "print the report as JSON")
  .addHelpText(
    "after",
    helpEnd(
      "rehearse -- dev701 --to-version 1.4.10",
      "0 it went through, 1 it was refused, failed, left a workload of several replicas without a ready pod, or an adoption lost an object",
    ),
  )
  .action((stack: string, options: object) => loadRehearse().rehearse(stack, options));

addMesh(program);
addMoving(program);
addLab(program);
addDelivery(program);
addFleet(program);
addDoctor(program);
addInspect(program);
addCompletion(program);
addProxyLog(program);
addCapture(program);
addPrecheck(program);
addMirror(program);

// Whoever reads it may stop first, as head and a closed terminal do: what the command is at goes on without being told.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || error.code === "EIO") return;
    process.exitCode = 1;
    if (stream === process.stdout)
      process.stderr.write(`${errorColors.red("error:")} what is printed cannot be written: ${error.message}\n`);
  });

function tellError(error: unknown): void {
  const known = error instanceof UserError;
  const text = messageOf(error);
  const debug = isDebug();
  const hint = debug ? "" : " (JAM_ISTIO_DEBUG=1 shows where)";
  const line = known ? text : `internal error: ${text.split("\n")[0] ?? ""}${hint}`;
  process.stderr.write(`${errorColors.red("error:")} ${withoutCredentials(line)}\n`);
  // With its causes.
  if (debug) process.stderr.write(`${withoutCredentials(inspect(error))}\n`);
  process.exitCode = 1;
}

void program.parseAsync().catch(tellError).finally(endSoon);
