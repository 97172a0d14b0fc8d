import { writeFileSync } from "node:fs";
import { bounded, connect } from "../../cluster/client/kubernetesClient";
import { resourcesOf } from "../../cluster/client/resources";
import { readAdditional, type Additional } from "../../cluster/drift/additional";
import { findObject } from "../../cluster/drift/liveObjects";
import { nameOf } from "../../delivery/compare/changes";
import { driftOf, isClean, type Drift, type Drifted } from "../../delivery/drift/drift";
import { driftMetrics } from "../../delivery/drift/metrics";
import { mannerOf, scaledWorkloads } from "../../delivery/drift/rules";
import { driftText } from "../../delivery/drift/text";
import { meshPlan, type MeshPlan } from "../../mesh/meshPlan";
import type { KubernetesObject } from "../../render/objects";
import { eachOf } from "../../tools/eachOf";
import { messageOf } from "../../tools/errors";
import { clusterError } from "../terminal/clusterError";
import { outColors } from "../terminal/colors";
import { endSoon } from "../terminal/ending";
import { readStack } from "../stack/stackFile";
import { UserError } from "../terminal/userError";
import { renderWhole } from "./renderWhole";
import { say } from "../terminal/say";

interface Options {
  readonly json?: boolean;
  readonly metrics?: string;
  readonly charts?: string;
}

/** Exit code where something drifted, or could not be compared. */
const driftedCode = 3;

/** How many objects are asked about at the same time: the API server's own limit for one client is not far above. */
const atOnce = 8;

/** Everything that the stack should have in the cluster. */
async function wantedObjects(plan: MeshPlan, charts: string | undefined): Promise<readonly KubernetesObject[]> {
  const root = charts ?? process.env["JAM_ISTIO_CHARTS"] ?? "";
  const rendered = await renderWhole(plan, root === "" ? undefined : root, "nothing is compared");
  return rendered.flatMap((item) => (item.kind === "object" ? [item.object] : (item.release.objects ?? [])));
}

/** Kinds of Istio that act on the whole mesh where they stand in istio-system, also where no chart makes one. */
const istioKinds = [
  ...["EnvoyFilter", "Sidecar", "VirtualService", "DestinationRule", "ServiceEntry", "Gateway"].map((kind) => ({
    apiVersion: "networking.istio.io/v1alpha3",
    kind,
  })),
  ...["PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication"].map((kind) => ({
    apiVersion: "security.istio.io/v1beta1",
    kind,
  })),
];

function notesOf({ unseen }: Additional): readonly string[] {
  if (unseen.length === 0) return [];
  return [`these may not be listed (HTTP 403), so what nobody asked for of them is not known: ${unseen.join(", ")}`];
}

/** Compares a stack with its cluster; changes nothing. @throws Error where the cluster gives no answer */
async function readDrift(plan: MeshPlan, objects: readonly KubernetesObject[]): Promise<Drift> {
  const cluster = await connect(plan.settings.kubernetes);
  const resources = resourcesOf(cluster);
  const wanted = objects.filter((object) => mannerOf(object) !== "none");
  const scaled = scaledWorkloads(objects);
  say(`comparing ${String(wanted.length)} objects with the cluster`);
  const found = await eachOf(wanted, atOnce, async (object) => {
    const isApplied = mannerOf(object) === "fields";
    return {
      name: nameOf(object),
      ...driftOf(object, await findObject(cluster, resources, object, isApplied), scaled),
    };
  });
  const releases = plan.releases.map(({ name }) => name);
  const more: Additional =
    releases.length === 0
      ? { found: [], unseen: [] }
      : await readAdditional(cluster, resources, { wanted: objects, releases, istioKinds });
  const presence = wanted.filter((object) => mannerOf(object) === "presence").length;
  const unknown = found.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }]));
  return {
    stack: plan.settings.stack,
    drifted: [
      ...found.flatMap(({ drifted }) => (drifted === undefined ? [] : [drifted])),
      ...more.found.map((object): Drifted => ({ name: nameOf(object), kind: "additional", changes: [] })),
    ],
    unknown,
    compared: wanted.length - presence - unknown.length,
    presence,
    byDesign: found.reduce((sum, one) => sum + one.byDesign, 0),
    notes: notesOf(more),
  };
}

/** Compares every object of a stack with the cluster. */
export async function drift(stack: string, { json, metrics, charts }: Options): Promise<void> {
  if (metrics === "") throw new UserError("--metrics is empty. Allowed: a file");
  const plan = meshPlan(readStack(stack));
  const objects = await wantedObjects(plan, charts);
  const found = await bounded("the Kubernetes API", 300, readDrift(plan, objects)).catch((error: unknown) => {
    throw clusterError("the cluster cannot be read", error);
  });
  if (metrics !== undefined) {
    try {
      writeFileSync(metrics, driftMetrics(found));
    } catch (error) {
      throw new UserError(`--metrics: ${metrics} cannot be written: ${messageOf(error)}`, { cause: error });
    }
  }
  process.stdout.write(`${json === true ? JSON.stringify(found, undefined, 2) : driftText(found, outColors)}\n`);
  if (!isClean(found)) process.exitCode = driftedCode;
  endSoon();
}
