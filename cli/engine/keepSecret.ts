import { mustRun } from "../../tools/run";
import { projectFolder } from "../stack/stackFile";
import { ensureStack, findEngine } from "./openStack";

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
  say(`keeping ${title} as a secret`);
  const engine = await findEngine(kubeconfig);
  await ensureStack(stack, engine, "made");
  // From standard input: an argument can be seen by others.
  await mustRun("pulumi", ["config", "set", "--secret", `jam-istio:${setting}`, "--stack", stack], {
    seconds: 120,
    cwd: projectFolder,
    env: { ...process.env, ...engine.env },
    input: value,
  });
}
