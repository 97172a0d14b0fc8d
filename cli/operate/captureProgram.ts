import type { Command } from "commander";
import { withTarget } from "./target";

// eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when the command runs, as in main.ts
const loadCapture = () => require("./captureCommand") as typeof import("./captureCommand");

/** Adds the command that captures packets. */
export function addCapture(program: Command): void {
  const command = program
    .command("capture")
    .description("Capture packets in a pod's network, for Wireshark; what runs in the cluster ends by itself")
    .argument("[pod]", "the pod")
    .option("-i, --interface <name>", "lo, eth0 or another one (default: any)")
    .option("--filter <expression>", "expression of tcpdump, such as 'port 8080'")
    .option("--for <duration>", "how long: 30s, 10m; at most 1h (default: 60s)")
    .option("-o, --output <file>", "file to write, - for standard output (default: <pod>.pcap)")
    .option("--image <image>", "image with sh, timeout and tcpdump (default: that of the pod's proxy)")
    .option("--clean", "remove what captures left, and list what ksniff and kubectl debug left")
    .option("--yes", "with --clean: remove what others left, or may still use, without a question");
  withTarget(command, { stack: "option" })
    .option("--json", "print the end as JSON, to standard error where packets go to standard output")
    .addHelpText(
      "after",
      "\nCtrl-C ends it. An ephemeral container stays in the pod, as none can be removed: one name for all " +
        "captures, and its process ends after two hours. Before Kubernetes 1.23 a privileged pod in kube-system " +
        "does it, which is removed at the end.\n" +
        "\nExample: npx jam-istio capture web-1 -i lo --filter 'port 8080' --for 30s --stack dev701\n" +
        "         npx jam-istio capture web-1 -o - --namespace dev701 | wireshark -k -i -\n" +
        "Exit codes: 0 captured, or clean, 1 wrong input, refused, or it broke off (the file is whole up to " +
        "its last packet), 3 with --clean: something is left.",
    )
    .action((pod: string | undefined, options: object) => loadCapture().capture(pod, options));
}
