import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { askProxy, type PodPlace } from "../../cluster/proxyConfig/askProxy";
import { readDump } from "../../mesh/proxyConfig/dump";
import { endpointsOf } from "../../mesh/proxyConfig/endpoints";
import {
  bootstrapView,
  certsView,
  clustersView,
  endpointsView,
  listenersView,
  routesView,
  type View,
} from "../../mesh/proxyConfig/views";
import { tableText } from "../../tools/table";
import { clusterError } from "../terminal/clusterError";
import { outColors } from "../terminal/colors";
import { UserError } from "../terminal/userError";
import { onPod } from "./findPod";
import { readTarget, type TargetOptions } from "./target";

interface Options extends TargetOptions {
  readonly host?: string;
  readonly json?: boolean;
}

type Ask = (path: string) => Promise<string>;

/** What can be shown, and how it is read. */
const parts: Readonly<Record<string, (ask: Ask, host?: string) => Promise<View>>> = {
  clusters: async (ask, host) => clustersView(readDump(await ask("/config_dump")), host),
  routes: async (ask, host) => routesView(readDump(await ask("/config_dump")), host),
  listeners: async (ask, host) => listenersView(readDump(await ask("/config_dump")), host),
  endpoints: async (ask, host) => endpointsView(endpointsOf(await ask("/clusters?format=json")), host),
  certs: async (ask) => certsView(await ask("/certs")),
  bootstrap: async (ask) => bootstrapView(readDump(await ask("/config_dump"))),
};

/** Names of what can be shown. */
export const partNames = Object.keys(parts);

const withoutHost = ["certs", "bootstrap"];

function viewText(part: string, { namespace, pod }: PodPlace, { head, rows }: View, host: string | undefined): string {
  const what = `${part} of the proxy of pod ${namespace}/${pod}${host === undefined ? "" : `, host ${host}`}`;
  if (rows.length === 0) return `${what}: none${host === undefined ? "" : `. Without --host: all that it has`}`;
  const faultAt = head.indexOf("fault");
  const marked = rows.map(({ cells }) =>
    cells.map((cell, at) => (at === faultAt && cell !== "" ? outColors.red(cell) : cell)),
  );
  const faults = rows.filter(({ cells }) => (cells[faultAt] ?? "") !== "").length;
  return [
    tableText(head, marked),
    `${String(rows.length)} ${what}`,
    ...(faults === 0 ? [] : [outColors.red(`${String(faults)} of them with a fault`)]),
  ].join("\n");
}

/** Shows a part of what a pod's proxy is configured with. */
export async function proxyConfig(name: string, part: string, { host, json, ...where }: Options): Promise<void> {
  const read = parts[part];
  if (read === undefined) throw new UserError(`"${part}" is no part of a proxy. Allowed: ${partNames.join(", ")}`);
  if (host !== undefined && withoutHost.includes(part))
    throw new UserError(`--host has no effect on ${part}: it goes with clusters, routes, listeners and endpoints`);
  const { address, namespace } = readTarget(where);
  const show = async (cluster: Cluster) => {
    const place = { namespace, pod: name };
    const view = await onPod(cluster, namespace, name, () => read((path) => askProxy(cluster, place, path), host));
    const data = { pod: name, namespace, part, rows: view.rows.map((row) => row.data) };
    process.stdout.write(`${json === true ? JSON.stringify(data, undefined, 2) : viewText(part, place, view, host)}\n`);
  };
  await connect(address)
    .then(show)
    .catch((error: unknown) => {
      throw clusterError("the proxy cannot be read", error);
    });
}
