import type { V1Pod } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultRevision } from "../../mesh/istio/controlPlanes";
import { unreadable, versionOf } from "../../mesh/istio/images";
import { proxyContainer } from "../../mesh/istio/pods";
import { isRefused, reasonOf, refusalOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { readControlPlanes } from "../upgrade/controlPlanes";
import { readMetrics } from "../upgrade/pilots";

/** How long a control plane that Helm calls ready may take until it is, in seconds. */
const readySeconds = 60;

/** A pod that asks for a sidecar, never made: the API server only says what it would be. */
function trialPod(revision: string): V1Pod {
  const labels = {
    "sidecar.istio.io/inject": "true",
    ...(revision === defaultRevision ? {} : { "istio.io/rev": revision }),
  };
  const spec = { containers: [{ name: "app", image: "jam-istio.invalid/none" }] };
  const pod: unknown = { metadata: { generateName: "jam-istio-trial-", labels }, spec };
  return pod as V1Pod;
}

/** What a trial of a namespace's injection gave: the sidecar's version, none, or why it could not be tried. */
type Trial = { readonly version: string | undefined } | { readonly untried: string };

/** @throws Error with one line where the injector does not answer */
async function trySidecar({ core }: Cluster, name: string, revision: string): Promise<Trial> {
  try {
    const pod = await core.createNamespacedPod({ namespace: name, body: trialPod(revision), dryRun: "All" });
    const proxy = proxyContainer(pod);
    return { version: proxy && versionOf(proxy.image) };
  } catch (error) {
    const said = refusalOf(error);
    // The classic layout's webhook does not say that it has no side effects.
    if (/does not support dry run/.test(said)) return { untried: "its webhook does not support dry run" };
    // A policy or a quota that denies the pod is asked after the injector, which has answered then.
    if (isRefused(error)) return { untried: said };
    throw new Error(said, { cause: error });
  }
}

/** What a control plane is asked before sidecars depend on it. */
export interface Preflight {
  readonly revision: string;
  /** The version that it must run, and its sidecars must have. */
  readonly version: string;
  /** A namespace that gets sidecars; without one injection is not tried. */
  readonly namespace?: string | undefined;
  /** Whether a configuration that proxies refused is a reason. */
  readonly judgeRejections: boolean;
  /** How many proxies are expected to be connected before that is judged. */
  readonly expected: number;
  readonly log: (line: string) => void;
}

async function problem(cluster: Cluster, asked: Preflight): Promise<string | undefined> {
  const { revision, version, namespace: where } = asked;
  const plane = (await readControlPlanes(cluster)).find((one) => one.revision === revision);
  if (plane === undefined) return `no control plane of revision ${revision} runs`;
  const ready = plane.ready.filter((one) => one !== unreadable);
  if (plane.ready.length === 0) return `Deployment ${plane.name} has no pod that is ready`;
  if (ready.some((one) => one !== version))
    return `Deployment ${plane.name} runs ${ready.join(" and ")}, not ${version}`;
  if (where === undefined) return undefined;
  try {
    const tried = await trySidecar(cluster, where, revision);
    if ("untried" in tried) asked.log(`injection was not tried: ${tried.untried}`);
    else if (tried.version === undefined) return `a new pod in namespace ${where} gets no sidecar`;
    else if (tried.version !== version && tried.version !== unreadable)
      return `a new pod in namespace ${where} gets a sidecar of ${tried.version}, not ${version}`;
    return undefined;
  } catch (error) {
    return `the injector does not answer: ${reasonOf(error)}`;
  }
}

/** Waits until the proxies have come to the new control plane, or long enough; says what they refused. */
async function rejected(cluster: Cluster, { revision, expected, log }: Preflight): Promise<string | undefined> {
  for (const end = Date.now() + readySeconds * 1000; ;) {
    const seen = await readMetrics(cluster, revision);
    if (seen === undefined) {
      log("the control plane's metrics cannot be read: whether proxies take its configuration is not judged");
      return undefined;
    }
    if (seen.rejections > 0)
      return `proxies refused ${String(seen.rejections)} configurations of the new control plane (metric pilot_total_xds_rejects)`;
    if (seen.connected >= expected) return undefined;
    if (Date.now() > end) {
      log(
        `${String(seen.connected)} of ${String(expected)} proxies are connected to the control plane; none refuses its configuration`,
      );
      return undefined;
    }
    await sleep(1000);
  }
}

/**
 * Asks a control plane whether sidecars can depend on it: it is ready in the right version, its injector gives new pods the
 * right sidecar, connected proxies take its configuration. Waits a minute for it.
 * @returns why not; undefined when all is well
 */
export async function preflight(cluster: Cluster, asked: Preflight): Promise<string | undefined> {
  const look = () => bounded("the Kubernetes API", 60, problem(cluster, asked));
  let why = await look();
  for (const end = Date.now() + readySeconds * 1000; why !== undefined && Date.now() < end;) {
    await sleep(1000);
    why = await look();
  }
  return why ?? (asked.judgeRejections ? rejected(cluster, asked) : undefined);
}
