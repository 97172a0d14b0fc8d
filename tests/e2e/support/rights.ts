import { KubeConfig } from "@kubernetes/client-node";
import { loadAll } from "js-yaml";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabControlPlane } from "../../../lab/controlPlane";
import { applyObjects } from "../../../lab/planeFile";
import { repository } from "./engine";

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

/** The Roles that docs/troubleshooting.md says to apply. */
function documented(): readonly Role[] {
  const text = readFileSync(join(repository, "docs", "troubleshooting.md"), "utf8");
  const found: Role[] = [];
  for (const [, block = ""] of text.matchAll(/^```yaml\n([^]*?)^```$/gm))
    loadAll(block, (object) => {
      if ((object as Partial<Role> | null)?.kind === "Role") found.push(object as Role);
    });
  return found;
}

/**
 * Somebody who may do what the documentation says that the commands need, and nothing else: a service account of dev701 with those
 * Roles. Their namespaces are there.
 * @returns its kubeconfig
 */
export async function operatorKubeconfig({ plane, kubeconfig, kubectl }: LabControlPlane): Promise<string> {
  const account = { name: "operator", namespace: "dev701" };
  const roles = documented();
  await applyObjects(plane, [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: account },
    ...roles,
    ...roles.map(({ metadata }) => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", ...account }],
    })),
  ]);
  const token = await kubectl("create", "token", account.name, "-n", account.namespace);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the lab's kubeconfig has no cluster");
  const own = new KubeConfig();
  own.loadFromClusterAndUser(cluster, { name: account.name, token: token.trim() });
  const file = join(plane.folder, "kubeconfig-operator");
  writeFileSync(file, own.exportConfig());
  return file;
}
