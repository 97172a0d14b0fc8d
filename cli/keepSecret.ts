import { mustRun } from "../tools/run";
import { chooseEngine } from "./backend";
import { projectFolder } from "./stackFile";

/** The setting that has Kiali's passphrase. */
export const passphraseKey = "jam-istio:kialiPassphrase";

/** Keeps Kiali's passphrase in the stack's file as a secret, which Pulumi encrypts. @param kubeconfig the stack's, where it has one */
export async function keepPassphrase(
  stack: string,
  passphrase: string,
  say: (line: string) => void,
  kubeconfig?: string,
): Promise<void> {
  const { env, backend } = chooseEngine(projectFolder, process.env, kubeconfig);
  say(`keeping Kiali's passphrase as a secret; state: ${backend}`);
  const options = { seconds: 900, cwd: projectFolder, env: { ...process.env, ...env } };
  // Also the moment in which the npm package downloads the CLI.
  await mustRun("pulumi", ["stack", "select", "--create", stack], options);
  // From standard input: an argument can be seen by others.
  await mustRun("pulumi", ["config", "set", "--secret", passphraseKey, "--stack", stack], {
    ...options,
    input: passphrase,
  });
}
