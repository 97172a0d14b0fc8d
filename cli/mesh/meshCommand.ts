import { bounded, connect } from "../../cluster/client/kubernetesClient";
import { readStatus, type MeshStatus } from "../../cluster/meshStatus";
import { meshPlan } from "../../mesh/meshPlan";
import { outColors } from "../terminal/colors";
import { readStack } from "../stack/stackFile";
import { clusterError } from "../terminal/clusterError";

/** Exit code of `status` where something is to be done. */
const unwellCode = 3;

const isWell = ({ controlPlanes, outdated, missing, unfinished, wanted }: MeshStatus) =>
  outdated.length + missing.length + unfinished.length === 0 &&
  controlPlanes.some(({ ready }) => ready.includes(wanted));

function controlPlaneLine({ name, revision, ready, declared }: MeshStatus["controlPlanes"][number]): string {
  const runs = ready.length === 0 ? outColors.red(`none ready (${declared} is asked for)`) : ready.join(" and ");
  return `control plane version: ${runs}, Deployment ${name}${revision === "default" ? "" : `, revision ${revision}`}`;
}

function statusText(status: MeshStatus): string {
  const {
    stack,
    wanted,
    controlPlanes,
    dataPlane,
    outdated,
    left,
    missing,
    missingOfOthers,
    unfinished,
    closingImages,
  } = status;
  const todo = [
    ...missing.map((line) => `${line}: up repairs it`),
    ...unfinished,
    ...outdated.map((line) => `${line}: its sidecar is outdated, up restarts it`),
  ];
  return [
    `stack ${stack}: version ${wanted} is wanted`,
    ...(controlPlanes.length === 0 ? [outColors.red("no control plane runs")] : controlPlanes.map(controlPlaneLine)),
    dataPlane.text,
    ...todo.map((line) => outColors.yellow(`! ${line}`)),
    ...closingImages.map((line) => outColors.yellow(`! ${line}`)),
    ...missingOfOthers.map((line) => `  not of these settings, up leaves it alone: ${line}`),
    ...left.map((line) => `  its sidecar stays outdated: ${line}`),
    isWell(status)
      ? outColors.green("all is as the settings say")
      : outColors.yellow(`there is something to do. Run: npm run up -- ${stack}`),
  ].join("\n");
}

/** Prints the versions that run, as `istioctl version` does, and what `up` would fix. */
export async function status(stack: string, options: { readonly json?: boolean }): Promise<void> {
  const settings = readStack(stack);
  const found = await connect(settings.kubernetes)
    .then((cluster) => bounded("the Kubernetes API", 60, readStatus(cluster, meshPlan(settings))))
    .catch((error: unknown) => {
      throw clusterError("the cluster cannot be read", error);
    });
  process.stdout.write(`${options.json === true ? JSON.stringify(found, undefined, 2) : statusText(found)}\n`);
  if (!isWell(found)) process.exitCode = unwellCode;
}
