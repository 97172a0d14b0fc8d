import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findHelm } from "../../../../tools/helm";
import { run } from "../../../../tools/run";
import type { Lab } from "../lab";

/** A person's shell before this program came: real helm and kubectl on the lab's cluster, Helm's own files in a folder apart. */
export interface Shell {
  /** Where the commands run; `helm/` and `instances/` of the old way are in it. */
  readonly folder: string;
  /** Runs commands as they would be typed; gives what they print. @throws Error with what they print where one of them fails */
  readonly sh: (commands: string) => Promise<string>;
  readonly remove: () => void;
}

/** Opens a shell. @param env what the old way had set, such as `JAM_INSTANCE` */
export async function openShell({ plane }: Lab, env: Readonly<Record<string, string>> = {}): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-old-"));
  const helm = await findHelm(() => undefined);
  const own = join(folder, ".helm");
  mkdirSync(own);
  const path = [...(helm === "helm" ? [] : [dirname(helm)]), dirname(plane.plane.kubectl), process.env["PATH"] ?? ""];
  const all = {
    ...process.env,
    ...{ HELM_CONFIG_HOME: own, HELM_CACHE_HOME: own, HELM_DATA_HOME: own },
    ...{ KUBECONFIG: plane.kubeconfig, PATH: path.join(delimiter), ...env },
  };
  return {
    folder,
    sh: async (commands) => {
      const options = { seconds: 300, cwd: folder, env: all };
      const { code, stdout, stderr } = await run("bash", ["-e", "-o", "pipefail", "-c", commands], options);
      if (code !== 0) throw new Error(`${commands}\n${stdout}${stderr}`);
      return stdout;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
