import { reasonOf, unlessInternal } from "../../cluster/client/errors";
import type { Cluster } from "../../cluster/client/kubernetesClient";
import { readConnections } from "../../cluster/upgrade/pilots";
import { readMeshUse } from "../../cluster/upgrade/meshUse";
import { defaultRevision } from "../../mesh/istio/controlPlanes";
import type { MeshPlan } from "../../mesh/meshPlan";
import { servedRevision } from "../../mesh/rollout/servingControlPlane";
import { usersOf, type MeshUse } from "../../mesh/upgrade/meshUse";
import { judgeNeed, type Need } from "../../mesh/upgrade/retention";
import { chartOf, revisionOf, type StackState, type StateRelease } from "./stackState";

/** Reads who uses the cluster's control planes; where it gives no answer, why not. */
async function look(connected: () => Promise<Cluster>): Promise<MeshUse | string> {
  try {
    return await readMeshUse(await connected(), { tags: true });
  } catch (error) {
    unlessInternal(error);
    return reasonOf(error);
  }
}

async function needFor(
  one: StateRelease,
  use: MeshUse | string,
  { settings }: MeshPlan,
  connected: () => Promise<Cluster>,
): Promise<Need> {
  const { name: release } = one;
  if (typeof use === "string") return judgeNeed(release, { users: [], unread: [use] });
  const revision = revisionOf(one) ?? defaultRevision;
  const { namespace, injection } = settings;
  const served = servedRevision(settings) ?? defaultRevision;
  const own = injection === "unmanaged" ? undefined : { namespace, revision: served };
  const connections = await readConnections(await connected(), revision);
  const [count, uncounted] = typeof connections === "string" ? [0, connections] : [connections];
  const users = usersOf(use, { revision, release, own, connections: count });
  return judgeNeed(release, { users, unread: use.unread, uncounted });
}

/**
 * Control planes in the state but not in the settings, kept while anybody needs them or that cannot be seen; others are deleted.
 * @param say is told who needs which, and what could not be read
 */
export async function retainedControlPlanes(
  plan: MeshPlan,
  { releases }: StackState,
  connected: () => Promise<Cluster>,
  say: (line: string) => void = () => undefined,
): Promise<readonly StateRelease[]> {
  const { settings, mesh } = plan;
  if (settings.layout !== "modern" || settings.istio.controlPlane !== "managed") return [];
  const { name } = mesh.controlPlane;
  const old = releases.filter((release) => chartOf(release).chart === "istiod" && release.name !== name);
  if (old.length === 0) return [];
  const use = await look(connected);
  const needs = await Promise.all(old.map((release) => needFor(release, use, plan, connected)));
  for (const { text } of needs) say(text);
  return old.filter((_, at) => needs[at]?.stays);
}
