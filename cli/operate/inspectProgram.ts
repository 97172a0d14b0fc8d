import type { Command } from "commander";
import { withTarget } from "./target";

/* eslint-disable @typescript-eslint/no-require-imports -- loaded when one of them runs, as in main.ts */
const loadProxyConfig = () => require("./proxyConfigCommand") as typeof import("./proxyConfigCommand");
const loadDiffConfig = () => require("./diffConfigCommand") as typeof import("./diffConfigCommand");
const loadWhy = () => require("./whyCommand") as typeof import("./whyCommand");
const loadRestart = () => require("./restartCommand") as typeof import("./restartCommand");
const loadPages = () => require("./pagesCommand") as typeof import("./pagesCommand");
/* eslint-enable @typescript-eslint/no-require-imports */

/** The end of a command's help. */
const end = (example: string, codes: string) => `\nExample: npx jam-istio ${example}\nExit codes: ${codes}.`;

const podArgument = ["<pod>", "name of a pod that has a proxy"] as const;
const jsonOption = ["--json", "print it as JSON"] as const;

/** Adds the commands that look into a proxy. */
export function addInspect(program: Command): void {
  withTarget(
    program
      .command("proxy-config")
      .description("What a pod's proxy is configured with, and the object that made each row")
      .argument(...podArgument)
      .argument("<part>", "clusters, routes (marks faults), listeners, endpoints, certs or bootstrap"),
    { stack: "option" },
  )
    .option("--host <name>", "only what is about this host: ct-webapp, or db.example.com")
    .option(...jsonOption)
    .addHelpText(
      "after",
      end("proxy-config ps-5d8c routes --host ct-webapp --stack dev701", "0 shown, 1 wrong input, or no answer"),
    )
    .action((pod: string, part: string, options: object) => loadProxyConfig().proxyConfig(pod, part, options));
  withTarget(
    program
      .command("diff-config")
      .description("What a pod's proxy has against what its control plane would send: stale, missing, rejected")
      .argument(...podArgument),
    { stack: "option" },
  )
    .option(...jsonOption)
    .addHelpText("after", end("diff-config ps-5d8c --stack dev701", "0 the same, 1 it cannot be told, 3 they differ"))
    .action((pod: string, options: object) => loadDiffConfig().diffConfig(pod, options));
  withTarget(
    program
      .command("why")
      .description("Why a request of a pod's application fails: asked with and past its sidecar, and explained")
      .argument(...podArgument)
      .argument("<what>", "a URL, or host:port where it is not HTTP: http://ct-webapp/login, memcached:11211"),
    { stack: "option" },
  )
    .option(...jsonOption)
    .addHelpText(
      "after",
      "\nA GET is sent twice: by the application's container, or an ephemeral one beside it, and past " +
        "the sidecar. Ask no URL that changes something by a GET.\n" +
        end(
          "why ps-5d8c http://ct-webapp/login --stack dev701",
          "0 it is answered, 1 it cannot be told, 3 something is in the way",
        ),
    )
    .action((pod: string, what: string, options: object) => loadWhy().why(pod, what, options));
  withTarget(
    program
      .command("restart")
      .description("Restart workloads as an upgrade does: a few at a time, each until all its pods are ready")
      .argument("[workload]", "ps, or deployment/ps (default: every workload of the namespace with a proxy)"),
    { stack: "option" },
  )
    .option("--yes", "restart without a question")
    .option(...jsonOption)
    .addHelpText(
      "after",
      "\nCtrl-C begins no other workload and waits for those that are begun; once more does not wait.\n" +
        end(
          "restart deployment/ps --stack dev701",
          "0 restarted, or answered with no, 1 refused, stopped, or not all got ready",
        ),
    )
    .action((workload: string | undefined, options: object) => loadRestart().restart(workload, options));
  program
    .command("kiali")
    .description("Make Kiali reachable on this machine and open it; says who logs in")
    .option("--stack <name>", "the stack whose cluster it is in")
    .option("--context <name>", "without a stack: context of the kubeconfig (default: its current one)")
    .option("--kubeconfig <path>", "without a stack: the kubeconfig (default: as kubectl finds it)")
    .option("--show-passphrase", "print the passphrase, too (classic layout)")
    .addHelpText("after", end("kiali --stack dev701", "0 ended by Ctrl-C, 1 it cannot be reached"))
    .action((options: object) => loadPages().kiali(options));
  withTarget(
    program
      .command("dashboard")
      .description("Make the administration of a pod's proxy (port 15000) reachable on this machine and open it")
      .argument(...podArgument),
    { stack: "option" },
  )
    .addHelpText("after", end("dashboard ps-5d8c --stack dev701", "0 ended by Ctrl-C, 1 it cannot be reached"))
    .action((pod: string, options: object) => loadPages().dashboard(pod, options));
}
