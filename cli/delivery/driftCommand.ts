import { writeFileSync } from "node:fs";
import { bounded, connectOnce } from "../../cluster/client/kubernetesClient";
import type { Additional } from "../../cluster/drift/additional";
import { nameOf } from "../../delivery/compare/changes";
import { driftOf, isClean, type Drift, type Drifted } from "../../delivery/drift/drift";
import { driftMetrics } from "../../delivery/drift/metrics";
import { mannerOf, scaledWorkloads } from "../../delivery/drift/rules";
import { driftText } from "../../delivery/drift/text";
import { meshPlan } from "../../mesh/meshPlan";
import type { KubernetesObject } from "../../render/objects";
import { messageOf } from "../../tools/errors";
import { outColors } from "../terminal/colors";
import { readStack } from "../stack/stackFile";
import { UserError } from "../terminal/userError";
import { planNow, type PlanNow } from "./planNow";
import { lookAtCluster, lookSeconds, unreadable, wantedObjects } from "./lookAtCluster";

interface Options {
  readonly json?: boolean;
  readonly metrics?: string;
  readonly charts?: string;
}

/** Exit code where something drifted, or could not be compared. */
const driftedCode = 3;

function notesOf({ unseen }: Additional): readonly string[] {
  if (unseen.length === 0) return [];
  return [`these may not be listed (HTTP 403), so what nobody asked for of them is not known: ${unseen.join(", ")}`];
}

/** Compares a stack with its cluster; changes nothing. @throws Error where the cluster gives no answer */
async function readDrift(
  { plan, notes }: PlanNow,
  objects: readonly KubernetesObject[],
  connected: ReturnType<typeof connectOnce>,
): Promise<Drift> {
  const { looked, more } = await lookAtCluster(plan, objects, connected);
  const scaled = scaledWorkloads(objects);
  const found = looked.map(({ object, observed }) => ({ name: nameOf(object), ...driftOf(object, observed, scaled) }));
  const presence = looked.filter(({ object }) => mannerOf(object) === "presence").length;
  const unknown = found.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }]));
  return {
    stack: plan.settings.stack,
    drifted: [
      ...found.flatMap(({ drifted }) => (drifted === undefined ? [] : [drifted])),
      ...more.found.map((object): Drifted => ({ name: nameOf(object), kind: "additional", changes: [] })),
    ],
    unknown,
    compared: looked.length - presence - unknown.length,
    presence,
    byDesign: found.reduce((sum, one) => sum + one.byDesign, 0),
    notes: [...notes, ...notesOf(more)],
  };
}

/** Compares every object of a stack with the cluster. */
export async function drift(stack: string, { json, metrics, charts }: Options): Promise<void> {
  if (metrics === "") throw new UserError("--metrics is empty. Allowed: a file");
  const asked = meshPlan(readStack(stack));
  const connected = connectOnce(asked.settings.kubernetes);
  const now = await planNow(asked, connected).catch(unreadable);
  const objects = await wantedObjects(now.plan, charts);
  const found = await bounded("the Kubernetes API", lookSeconds, readDrift(now, objects, connected)).catch(unreadable);
  if (metrics !== undefined) {
    try {
      writeFileSync(metrics, driftMetrics(found));
    } catch (error) {
      throw new UserError(`--metrics: ${metrics} cannot be written: ${messageOf(error)}`, { cause: error });
    }
  }
  process.stdout.write(`${json === true ? JSON.stringify(found, undefined, 2) : driftText(found, outColors)}\n`);
  if (!isClean(found)) process.exitCode = driftedCode;
}
