import type { Command } from "commander";
import { withTarget } from "./target";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when the command runs, as in main.ts
const loadProxyLog = () => require("./proxyLogCommand") as typeof import("./proxyLogCommand");

/** Adds the command that follows proxies' logs. */
export function addProxyLog(program: Command): void {
  const command = program
    .command("proxy-log")
    .description("Follow the log of a proxy at another level; the levels before come back, however it ends")
    .argument("[pod|workload]", "a pod, or a workload for all of its pods")
    .option("--level <level>", "trace, debug, info, warning, error, critical or off (default: debug)")
    .option("--logger <names>", "loggers of Envoy, such as http,router (default: all)")
    .option("--for <duration>", "how long: 30s, 10m, 1h30m; at most 24h (default: 10m)")
    .option("--grep <expression>", "only lines that a regular expression finds")
    .option("--reset", "put back what a killed run left; without a pod: in the whole namespace");
  withTarget(command, { stack: "option" })
    .option("--json", "print each line, and the end, as JSON")
    .addHelpText(
      "after",
      "\nCtrl-C ends it. The pod is marked meanwhile: should this command be killed, the next run, doctor, " +
        "or --reset finds what the levels were.\n" +
        "\nExample: npx jam-istio proxy-log ct-webapp --logger http,router --for 5m --stack dev701\n" +
        "         npx jam-istio proxy-log --reset --namespace dev701\n" +
        "Exit codes: 0 the levels are as before, 1 wrong input, refused, or the log broke off (the levels are " +
        "as before), 3 some levels are raised still, or used by another run.",
    )
    .action((name: string | undefined, options: object) => loadProxyLog().proxyLog(name, options));
}
