import type { Finding } from "../../mesh/doctor/finding";
import { analyzed } from "../../mesh/doctor/istioctl";
import { messageOf } from "../../tools/errors";
import { run } from "../../tools/run";
import type { ClusterAddress } from "../client/kubeconfig";

/** How long it may take, in seconds. */
const analyzeSeconds = 60;

/**
 * Runs `istioctl analyze` where it is on PATH.
 * @returns what it found; nothing where there is none; why it found nothing where it could not look
 */
export async function analyze(
  { context, kubeconfig }: ClusterAddress,
  instances: readonly string[],
): Promise<{ readonly findings: readonly Finding[]; readonly unseen?: string }> {
  const where = [
    ...(context === undefined ? [] : ["--context", context]),
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
  ];
  try {
    const found = await Promise.all(
      instances.map(async (namespace) => {
        const args = ["analyze", "--namespace", namespace, "--output", "json", ...where];
        const { stdout, stderr } = await run("istioctl", args, { seconds: analyzeSeconds });
        // Its exit code says how bad it is.
        if (!stdout.trim().startsWith("[") && stdout.trim() !== "")
          throw new Error(stderr.trim().split("\n").at(-1) ?? "");
        if (stdout.trim() === "" && stderr.includes("Error:"))
          throw new Error(stderr.split("Error:")[1]?.split("\n")[0]?.trim() ?? "");
        return analyzed(stdout);
      }),
    );
    return { findings: found.flat() };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { findings: [] };
    return { findings: [], unseen: `istioctl analyze: ${messageOf(error).split("\n")[0] ?? ""}` };
  }
}
