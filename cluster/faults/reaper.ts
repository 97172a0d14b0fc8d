import type { V1Job } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { isHelper, isReaper, partOf, type FaultObject } from "../../mesh/faults/faultObjects";
import { placedAt, reaperPlace } from "../../mesh/faults/reaperPlace";
import { isReady } from "../../mesh/istio/pods";
import { systemNamespace } from "../../mesh/istio/names";
import { isBug } from "../../tools/errors";
import { isNotFound, isUnknown, optional, refusalOf, unlessInternal } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { warningsOf, whyPodsNotReady } from "../rollout/podReasons";
import { controlPlaneSelector } from "../upgrade/controlPlanes";
import { collectionOf, createFaultObjects, deleteFaultObjects } from "./faultObjects";

/** How long a reaper may take until its pod is ready, in seconds: its image may have to be pulled. */
export const reaperSeconds = 60;

/** The reaper of a drill cannot be made, or does not run; the message says why. */
export class NoReaper extends Error {}

/** Objects of a drill with its Job where that can run, by what is live now, and what a person should know of it. */
export async function placeReaper(
  cluster: Cluster,
  namespace: string,
  objects: readonly FaultObject[],
): Promise<{ readonly objects: readonly FaultObject[]; readonly notes: readonly string[] }> {
  if (!objects.some(({ kind }) => kind === "Job")) return { objects, notes: [] };
  const planes = { namespace: systemNamespace, labelSelector: controlPlaneSelector };
  const lists = [cluster.core.listNamespacedPod({ namespace }), cluster.core.listNamespacedPod(planes)].map(optional);
  const [own, plane] = await bounded("the Kubernetes API", 30, Promise.all(lists));
  const place = reaperPlace(own?.items ?? [], plane?.items ?? []);
  return { objects: placedAt(objects, place), notes: place?.note === undefined ? [] : [place.note] };
}

const isTrue = ({ status }: V1Job, condition: string) =>
  status?.conditions?.find(({ type, status: is }) => type === condition && is === "True");

/** Why a reaper would not end its faults. */
interface Trouble {
  readonly why: string;
  /** Whether it stays like that. */
  readonly isFinal?: boolean;
}

async function troubleOf(cluster: Cluster, namespace: string, name: string): Promise<Trouble | undefined> {
  const trouble = (why: string, isFinal = false) => ({ why: `Job ${name} does not run: ${why}`, isFinal });
  try {
    const job = JSON.parse(await cluster.send("GET", `${collectionOf("Job", namespace)}/${name}`)) as V1Job;
    const failed = isTrue(job, "Failed");
    if (failed !== undefined) return trouble(`it failed (${failed.message ?? failed.reason ?? ""})`, true);
    if (isTrue(job, "Complete") !== undefined)
      return trouble("it has ended: by the clock of its node the faults' time is over", true);
    if (job.spec?.suspend === true) return trouble("it is suspended");
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: `job-name=${name}` });
    if (items.some(isReady)) return undefined;
    const [why] = await whyPodsNotReady(cluster, items);
    return trouble(why ?? (await warningsOf(cluster, job)).at(-1) ?? "no pod was made for it");
  } catch (error) {
    if (isNotFound(error)) return trouble("it is gone");
    unlessInternal(error);
    return { why: `whether Job ${name} runs cannot be seen: ${refusalOf(error)}` };
  }
}

/**
 * Why a reaper would not end its faults at this moment, in one line; undefined where it runs.
 * @param name of its Job
 */
export const reaperTrouble = async (cluster: Cluster, namespace: string, name: string): Promise<string | undefined> =>
  (await troubleOf(cluster, namespace, name))?.why;

/** Waits until a reaper runs. @returns why it does not, when its time is over; undefined when it does */
async function awaitReaper(cluster: Cluster, namespace: string, name: string, end: number, signal?: AbortSignal) {
  for (;;) {
    const trouble = await bounded(`Job ${name}`, 30, troubleOf(cluster, namespace, name));
    if (trouble === undefined || signal?.aborted === true) return undefined;
    if (trouble.isFinal === true) return trouble.why;
    if (Date.now() >= end) return `${trouble.why}, for ${String(reaperSeconds)} s`;
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Makes a drill's reaper and waits until it runs: before the faults that it is to end. Where it does not, what was made of it
 * is removed.
 * @param objects the reaper's; others among them are left alone
 * @param lacking those that are not in the cluster
 * @throws NoReaper that says why not
 */
export async function startReaper(
  cluster: Cluster,
  namespace: string,
  {
    objects,
    lacking = objects,
  }: { readonly objects: readonly FaultObject[]; readonly lacking?: readonly FaultObject[] },
  signal?: AbortSignal,
): Promise<void> {
  const job = objects.find(({ kind }) => kind === "Job");
  if (job === undefined || lacking.every(isHelper)) return;
  const made: FaultObject[] = [];
  const end = Date.now() + reaperSeconds * 1000;
  let why: string | undefined;
  try {
    for (const one of lacking.filter(isReaper)) {
      await createFaultObjects(cluster, namespace, [one], signal).catch((error: unknown) => {
        if (isUnknown(error)) made.push(one);
        throw error;
      });
      made.push(one);
    }
    why = await awaitReaper(cluster, namespace, job.metadata.name, end, signal);
  } catch (error) {
    if (isBug(error)) throw error;
    why = `what ends the faults cannot be made: ${refusalOf(error)}`;
  }
  if (why === undefined) return;
  const left = made.map(partOf);
  try {
    await deleteFaultObjects(cluster, namespace, left);
  } catch (error) {
    if (isBug(error)) throw error;
    // Why there is none matters more.
    throw new NoReaper(`${why}; what was made of it could not be removed: ${refusalOf(error)}`);
  }
  throw new NoReaper(why);
}
