import type { V1Pod } from "@kubernetes/client-node";
import { optional } from "../../cluster/client/errors";
import { bounded, connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { adminPort } from "../../cluster/proxyConfig/askProxy";
import { kialiSecretName, systemNamespace } from "../../mesh/istio/names";
import { isReady } from "../../mesh/istio/pods";
import { clusterError } from "../terminal/clusterError";
import { UserError } from "../terminal/userError";
import { findPod } from "./findPod";
import { openPage } from "./openPage";
import { readTarget, type TargetOptions } from "./target";

/** Kiali's port, in every version that is installed here. */
const kialiPort = 20001;

async function kialiPod({ core }: Cluster): Promise<V1Pod> {
  const asked = core.listNamespacedPod({ namespace: systemNamespace, labelSelector: "app=kiali" });
  const { items } = await bounded("the Kubernetes API", 30, asked);
  const ready = items.find(isReady);
  if (ready !== undefined) return ready;
  throw new UserError(
    items.length === 0
      ? `there is no Kiali in ${systemNamespace}: set kiali.enabled in the settings of the stack that owns it`
      : `no pod of Kiali is ready: kubectl describe pods -n ${systemNamespace} -l app=kiali`,
  );
}

/** How one logs in: by the Secret in the classic layout, by a token of Kubernetes in the modern one. */
async function loginLines({ core }: Cluster, showPassphrase: boolean): Promise<readonly string[]> {
  const secret = await optional(core.readNamespacedSecret({ name: kialiSecretName, namespace: systemNamespace }));
  if (secret === undefined)
    return [
      `who logs in stands in Secret ${systemNamespace}/${kialiSecretName}, which is not there or may not be read`,
    ];
  const value = (key: string) => Buffer.from(secret.data?.[key] ?? "", "base64").toString("utf8");
  if (value("username") === "")
    return [
      `log in with a token: kubectl create token kiali -n ${systemNamespace}`,
      ...(showPassphrase ? ["there is no passphrase in the modern layout"] : []),
    ];
  const passphrase = showPassphrase ? value("passphrase") : "not shown (--show-passphrase shows it)";
  return [`user: ${value("username")}`, `passphrase: ${passphrase}`];
}

/** Opens Kiali. */
export async function kiali({
  showPassphrase = false,
  ...where
}: TargetOptions & { readonly showPassphrase?: boolean }): Promise<void> {
  const { address } = readTarget({ ...where, ...(where.stack === undefined ? { namespace: systemNamespace } : {}) });
  await connect(address)
    .then(async (cluster) => {
      const pod = await kialiPod(cluster);
      const lines = await loginLines(cluster, showPassphrase);
      await openPage(cluster, { pod, port: kialiPort, path: "/kiali/", lines });
    })
    .catch((error: unknown) => {
      throw clusterError("Kiali cannot be reached", error);
    });
}

/** Opens the administration of a pod's proxy. */
export async function dashboard(name: string, where: TargetOptions): Promise<void> {
  const { address, namespace } = readTarget(where);
  await connect(address)
    .then(async (cluster) => {
      const pod = await findPod(cluster, namespace, name);
      const lines = ["what stands there can change the proxy: its buttons are POST requests"];
      await openPage(cluster, { pod, port: adminPort, path: "/", lines });
    })
    .catch((error: unknown) => {
      throw clusterError("the proxy cannot be reached", error);
    });
}
