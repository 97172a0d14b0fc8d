import type { Command } from "commander";
import { withTarget } from "./target";

/* eslint-disable @typescript-eslint/no-require-imports -- loaded when one of them runs, as in main.ts */
const loadProxyConfig = () => require("./proxyConfigCommand") as typeof import("./proxyConfigCommand");
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
}
