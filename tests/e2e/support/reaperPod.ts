import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabControlPlane } from "../../../lab/controlPlane";
import { run } from "../../../tools/run";

interface PodSpec {
  readonly containers: readonly [
    { readonly command: readonly string[]; readonly env: readonly { readonly name: string; readonly value: string }[] },
  ];
  readonly serviceAccountName: string;
}

/**
 * Runs the container of a namespace's reaper as a node would, with the token that its pod gets.
 * @param more replaces what its Job says
 */
export async function runReaper(
  { kubectl }: Pick<LabControlPlane, "kubectl">,
  namespace: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const format = "jsonpath={.items[0].spec.template.spec}";
  const text = await kubectl("get", "jobs", "-n", namespace, "-l", "jam-istio/fault", "-o", format);
  const { containers, serviceAccountName } = JSON.parse(text) as PodSpec;
  const { command, env } = containers[0];
  const account = mkdtempSync(join(tmpdir(), "jam-istio-account-"));
  const config = "jsonpath={.clusters[0].cluster.server} {.clusters[0].cluster.certificate-authority-data}";
  const [server = "", ca = ""] = (await kubectl("config", "view", "--flatten", "-o", config)).split(" ");
  writeFileSync(join(account, "ca.crt"), Buffer.from(ca, "base64"));
  writeFileSync(join(account, "token"), (await kubectl("create", "token", serviceAccountName, "-n", namespace)).trim());
  const given = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  const places = { API: server, ACCOUNT: account, READY: join(account, "ready") };
  const [program = "", ...args] = command;
  try {
    return await run(program, args, { seconds: 300, env: { ...process.env, ...given, ...places, ...more } });
  } finally {
    rmSync(account, { recursive: true });
  }
}
