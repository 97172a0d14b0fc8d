import type { Cluster as ConfiguredCluster, KubeConfig } from "@kubernetes/client-node";
import { existsSync } from "node:fs";
import { proxyFor } from "../../tools/proxy";

/** Where a cluster is found: as in `jam-istio:kubernetes`. */
export interface ClusterAddress {
  /** Context of the kubeconfig; default: its current one. */
  readonly context?: string | undefined;
  /** Path of the kubeconfig; default: as kubectl finds it. */
  readonly kubeconfig?: string | undefined;
}

/**
 * A cluster as the client takes it: paths are put behind its address, which may itself have one; and with the environment's proxy,
 * as kubectl takes it where `proxy-url` names none.
 */
function prepared(cluster: ConfiguredCluster): ConfiguredCluster {
  const server = cluster.server.replace(/\/+$/, "");
  const proxyUrl = cluster.proxyUrl ?? (URL.canParse(server) ? proxyFor(server) : undefined);
  return { ...cluster, server, ...(proxyUrl === undefined ? {} : { proxyUrl }) };
}

/** @throws Error with one line where the current cluster cannot be asked by what the kubeconfig says */
function checkAddress(cluster: ConfiguredCluster | null): void {
  if (cluster === null) return;
  if (!/^https?:\/\//.test(cluster.server) || !URL.canParse(cluster.server))
    throw new Error(`the kubeconfig's cluster ${cluster.name} has no https URL as its "server"`);
  if (cluster.proxyUrl !== undefined && !/^(https?|socks5h?):\/\/./.test(cluster.proxyUrl))
    throw new Error(
      `the proxy of the kubeconfig's cluster ${cluster.name} is no URL that begins with http, https or socks5`,
    );
}

/**
 * Reads a kubeconfig, as kubectl finds and reads it.
 * @param config an empty one
 * @throws Error with one line when it cannot be read, or its cluster cannot be asked by what it says
 */
export function readKubeconfig(config: KubeConfig, address: ClusterAddress): KubeConfig {
  if (address.kubeconfig !== undefined) {
    if (!existsSync(address.kubeconfig)) throw new Error(`there is no kubeconfig ${address.kubeconfig}`);
    config.loadFromFile(address.kubeconfig);
  } else {
    config.loadFromDefault();
    // What the client makes of nothing.
    if (config.getCurrentCluster()?.server === "http://localhost:8080")
      throw new Error("there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config leads to a cluster");
  }
  if (address.context !== undefined) {
    if (config.getContextObject(address.context) === null) {
      const names = config.getContexts().map(({ name }) => name);
      throw new Error(`the kubeconfig has no context "${address.context}" (it has: ${names.join(", ") || "none"})`);
    }
    config.setCurrentContext(address.context);
  }
  const [contexts, users, currentContext] = [config.getContexts(), config.getUsers(), config.getCurrentContext()];
  config.loadFromOptions({ contexts, users, currentContext, clusters: config.getClusters().map(prepared) });
  checkAddress(config.getCurrentCluster());
  return config;
}
