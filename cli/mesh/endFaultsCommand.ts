import { connect } from "../../cluster/client/kubernetesClient";
import { endExpired } from "../../cluster/faults/endExpired";
import { endFaultsEverywhere, type EverywhereReport, type NamespaceEnd } from "../../cluster/faults/endEverywhere";
import { endFaults, type Dropped, type EndReport } from "../../cluster/faults/endFaults";
import { unseenText } from "../../cluster/faults/faultObjects";
import { drillOf } from "../../mesh/faults/drill";
import { endLine, faultLabel } from "../../mesh/faults/faultObjects";
import { meshPlan } from "../../mesh/meshPlan";
import type { Settings } from "../../settings/types";
import { clusterError } from "../terminal/clusterError";
import { outColors } from "../terminal/colors";
import { readLocation } from "../stack/stackFile";
import { say } from "../terminal/say";

/** Exit code where faults are active, or proxies still hold some after their end. */
export const activeCode = 3;

/** What to say of proxies after an end. */
export function proxiesText({ istiod, dropped, holding: held, silent, why }: Dropped): readonly string[] {
  const asked = dropped + held;
  return [
    ...(asked > 0 ? [`${String(dropped)} of ${String(asked)} asked proxies are without it`] : []),
    ...(silent > 0 ? [`${String(silent)} could not be asked: ${why ?? ""}`] : []),
    ...(istiod === "down" ? ["istiod is down: proxies that have a fault keep it until istiod is back"] : []),
  ];
}

/** Whether every proxy said that it is without faults, and no update puts them back. */
const isConfirmed = ({ holding: held, silent, unmarked }: EndReport) =>
  held === 0 && silent === 0 && unmarked === undefined;

/** The drill that the settings would inject. */
function settledDrill(settings: Settings | undefined): string | undefined {
  const on = settings !== undefined && settings.faultInjection.enabled && settings.faultInjection.faults.length > 0;
  return on ? drillOf(meshPlan(settings)) : undefined;
}

/** @param where such as `stack dev701` */
function endText(where: string, report: EndReport): readonly string[] {
  const { ended, unmarked, unseen = [] } = report;
  const head =
    ended.length === 0
      ? `${where}: no fault was active`
      : `${where}: ${String(ended.length)} hosts are without their faults again`;
  const put =
    unmarked === undefined
      ? []
      : [outColors.yellow(`up may put them back (${unmarked}): set faultInjection.enabled: false before`)];
  const rest = unseen.length === 0 ? [] : [unseenText(unseen)];
  return [outColors.green(head), ...proxiesText(report), ...rest, ...put];
}

function namespaceText(one: NamespaceEnd): readonly string[] {
  if (!("failed" in one)) return endText(`namespace ${one.namespace}`, one);
  const { namespace, failed } = one;
  return [
    outColors.red(`namespace ${namespace}: its faults could not be ended: ${failed}. By hand: ${endLine(namespace)}`),
  ];
}

/** Whether it could be told in which namespaces faults are active. */
const isSeen = ({ unseen }: EverywhereReport) => !unseen.includes("VirtualService");

function everywhereText(report: EverywhereReport): string {
  const { namespaces, unseen } = report;
  const rest = [
    ...(unseen.length === 0 ? [] : [`in all namespaces: ${unseenText(unseen)}`]),
    ...(isSeen(report)
      ? []
      : [
          outColors.red(
            `faults may be active in other namespaces. Somebody who may list and delete them: ${endAllLine}`,
          ),
        ]),
  ];
  return [...namespaces.flatMap(namespaceText), ...rest].join("\n");
}

const print = (json: boolean | undefined, value: object, text: string) =>
  process.stdout.write(`${json === true ? JSON.stringify(value, undefined, 2) : text}\n`);

/** How a person ends every fault of the cluster with kubectl alone. */
const endAllLine = `kubectl delete virtualservices.networking.istio.io --all-namespaces -l ${faultLabel}`;

/**
 * Ends the faults of a stack's namespace, or of all namespaces of its cluster. Of a stack file that is wrong elsewhere only the
 * place is read.
 * @throws UserError that says how it is done by hand
 */
export async function endFaultsOf(
  stack: string,
  { json, all }: { readonly json?: boolean | undefined; readonly all: boolean },
): Promise<void> {
  const { place, settings, problems } = readLocation(stack);
  if (problems !== undefined) say(`${problems}\nIts faults are ended nevertheless.`);
  const { namespace } = place;
  const settled = settledDrill(settings);
  const failed = (error: unknown) =>
    clusterError("the faults cannot be ended", error, `By hand: ${all ? endAllLine : endLine(namespace)}`);
  try {
    const cluster = await connect(place.kubernetes);
    if (all) {
      const report = await endFaultsEverywhere(cluster, { namespace, settled }, say);
      print(json, report, everywhereText(report));
      const ends = report.namespaces.flatMap((one) => ("failed" in one ? [] : [one]));
      if (!ends.every(isConfirmed)) process.exitCode = activeCode;
      if (ends.length < report.namespaces.length || !isSeen(report)) process.exitCode = 1;
      return;
    }
    const report = await endFaults(cluster, namespace, settled, say);
    print(json, report, endText(`stack ${stack}`, report).join("\n"));
    if (!isConfirmed(report)) process.exitCode = activeCode;
  } catch (error) {
    throw failed(error);
  }
}

/** Ends the faults of a stack's namespace whose time is over. @throws UserError that says how it is done by hand */
export async function endExpiredOf(stack: string, { json }: { readonly json?: boolean | undefined }): Promise<void> {
  const { place } = readLocation(stack);
  const { namespace } = place;
  try {
    const report = await endExpired(await connect(place.kubernetes), namespace, say);
    const { ended, active } = report;
    const rest = active.length === 0 ? "" : `; ${String(active.length)} hosts have faults whose time is not over`;
    const head =
      ended.length === 0
        ? `stack ${stack}: no fault is past its end${rest}`
        : `stack ${stack}: ${String(ended.length)} hosts are without their expired faults again${rest}`;
    print(json, report, [outColors.green(head), ...proxiesText(report)].join("\n"));
    if (!isConfirmed(report)) process.exitCode = activeCode;
  } catch (error) {
    throw clusterError("the expired faults cannot be ended", error, `By hand, all of them: ${endLine(namespace)}`);
  }
}

/**
 * Ends every fault before something is deployed. Those of the cluster are not put back; a drill that the settings bring anew is.
 * @throws UserError that says how it is done by hand
 */
export async function haltFaults({ kubernetes, namespace }: Settings): Promise<void> {
  try {
    const report = await endFaults(await connect(kubernetes), namespace, undefined, () => undefined);
    if (report.ended.length > 0) say(endText(`namespace ${namespace}`, report).join("\n"));
  } catch (error) {
    throw clusterError("the faults cannot be ended first", error, `By hand: ${endLine(namespace)}`);
  }
}
