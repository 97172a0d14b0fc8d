import { injectionLabel, overridden, settledText } from "../../mesh/rollout/injectionLabel";
import { optional } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";

/** Value of a label that takes a namespace away from its revision; `undefined` where there is none. */
export async function readOverridden({ core }: Cluster, name: string, revision: string): Promise<string | undefined> {
  const found = await bounded("the Kubernetes API", 30, optional(core.readNamespace({ name })));
  return overridden(found?.metadata?.labels, revision);
}

/** Removes that label, whoever wrote it: the settings have the say. @returns what was done; `undefined`: nothing */
export async function settleInjection(cluster: Cluster, name: string, revision: string): Promise<string | undefined> {
  const value = await readOverridden(cluster, name, revision);
  if (value === undefined) return undefined;
  await cluster.send("PATCH", `/api/v1/namespaces/${name}`, {
    body: { metadata: { labels: { [injectionLabel]: null } } },
  });
  return settledText(name, value);
}
