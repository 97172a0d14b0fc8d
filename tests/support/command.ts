import { join } from "node:path";
import { run, type Ended } from "../../tools/run";

/** The project's own folder, whatever folder the tests run in. */
export const projectRoot = join(__dirname, "../..");

/** Runs the command as a person does, without a terminal; the environment says nothing of colours, CI or charts. */
export function jamIstio(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = projectRoot): Promise<Ended> {
  const clean = { ...process.env };
  for (const name of ["CI", "FORCE_COLOR", "NO_COLOR", "JAM_ISTIO_CHARTS"]) Reflect.deleteProperty(clean, name);
  const command = [join(projectRoot, "bin/jam-istio.js"), ...args];
  return run(process.execPath, command, { seconds: 1800, env: { ...clean, ...env }, cwd });
}
