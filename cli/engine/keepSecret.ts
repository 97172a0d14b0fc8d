import { mustRun } from "../../tools/run";
import { chooseEngine } from "./backend";
import { projectFolder } from "../stack/stackFile";

/** A secret that becomes a setting. */
export interface KeptSecret {
  readonly setting: "kialiPassphrase" | "kialiSigningKey";
  /** What it is to a person. */
  readonly title: string;
  readonly value: string;
}

/** Keeps a secret in the stack's file, where Pulumi encrypts it. @param kubeconfig the stack's, where it has one */
export async function keepSecret(
  stack: string,
  { setting, title, value }: KeptSecret,
  say: (line: string) => void,
  kubeconfig?: string,
): Promise<void> {
  const { env, backend } = chooseEngine(projectFolder, process.env, kubeconfig);
  say(`keeping ${title} as a secret; state: ${backend}`);
  const options = { seconds: 900, cwd: projectFolder, env: { ...process.env, ...env } };
  // Also the moment in which the npm package downloads the CLI.
  await mustRun("pulumi", ["stack", "select", "--create", stack], options);
  // From standard input: an argument can be seen by others.
  await mustRun("pulumi", ["config", "set", "--secret", `jam-istio:${setting}`, "--stack", stack], {
    ...options,
    input: value,
  });
}
