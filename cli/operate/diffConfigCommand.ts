import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { askControlPlane } from "../../cluster/proxyConfig/askControlPlane";
import { askProxy, placeOf } from "../../cluster/proxyConfig/askProxy";
import { compareDumps, type Difference } from "../../mesh/proxyConfig/compare";
import { readDump, readSentDump } from "../../mesh/proxyConfig/dump";
import { tableText } from "../../tools/table";
import { clusterError } from "../terminal/clusterError";
import { outColors } from "../terminal/colors";
import { onPod } from "./findPod";
import { readTarget, type TargetOptions } from "./target";

/** Exit code where the proxy has something else than its control plane would send. */
const differsCode = 3;

interface Options extends TargetOptions {
  readonly json?: boolean;
}

const meaning: Readonly<Record<Difference["state"], string>> = {
  rejected: "the proxy refused it and keeps its older one",
  missing: "the proxy lacks it",
  stale: "the proxy has another one",
  extra: "the control plane has it no more",
};

function diffText(pod: string, differences: readonly Difference[]): string {
  if (differences.length === 0) return outColors.green(`the proxy of pod ${pod} has what its control plane would send`);
  const rows = differences.map(({ what, name, state, details }) => [what, name, meaning[state], details]);
  return [
    tableText(["what", "name", "state", "details"], rows),
    outColors.red(`${String(differences.length)} differences in the proxy of pod ${pod}`),
    "A moment after a change that is normal: ask again. Else look at the control plane's log, or restart the pod",
  ].join("\n");
}

/** Compares what a pod's proxy has with what its control plane would send. */
export async function diffConfig(name: string, { json, ...where }: Options): Promise<void> {
  const { address, namespace } = readTarget(where);
  const compare = async (cluster: Cluster) => {
    const [sent, has] = await onPod(cluster, namespace, name, (pod) => {
      const place = placeOf(pod);
      return Promise.all([askControlPlane(cluster, place), askProxy(cluster, place, "/config_dump")]);
    });
    const differences = compareDumps(readSentDump(sent), readDump(has));
    const data = { pod: name, namespace, differences };
    process.stdout.write(
      `${json === true ? JSON.stringify(data, undefined, 2) : diffText(`${namespace}/${name}`, differences)}\n`,
    );
    if (differences.length > 0) process.exitCode = differsCode;
  };
  await connect(address)
    .then(compare)
    .catch((error: unknown) => {
      throw clusterError("the two cannot be compared", error);
    });
}
