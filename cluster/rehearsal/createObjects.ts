import { setTimeout as sleep } from "node:timers/promises";
import { titleOf } from "../../mesh/adopt/objects";
import type { Copied, ForeignObject } from "../../mesh/rehearsal/copiedObjects";
import type { PutIn } from "../../mesh/rehearsal/putIn";
import { eachOf } from "../../tools/eachOf";
import { isConflict, isNotFound, isRefused, refusalOf } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { resourcesOf } from "../client/resources";

/** How many requests run at the same time. */
const atOnce = 12;
/** An object's age counts in seconds. */
const pause = 1100;
/** How long a new kind may take until it is served, in seconds. */
const patience = 30;

/** Creates the objects of a real cluster in another one; what is there already stays as it is. */
export async function createObjects(cluster: Cluster, copy: Copied): Promise<PutIn> {
  const created = new Map<string, number>();
  const there: string[] = [];
  const refused: string[] = [];
  const resources = resourcesOf(cluster);
  const create = async (object: ForeignObject) => {
    const found = await resources(object);
    if (found === undefined) {
      refused.push(`${titleOf(object)}: nothing here serves ${object.apiVersion} ${object.kind}`);
      return;
    }
    const { name, labels, annotations, namespace: own } = object.metadata;
    const namespace = found.namespaced ? (own ?? "default") : undefined;
    const place = namespace === undefined ? "" : `/namespaces/${namespace}`;
    try {
      const path = `${found.base}${place}/${found.plural}`;
      // Its age is the server's to write.
      await cluster.send("POST", path, { body: { ...object, metadata: { name, labels, annotations, namespace } } });
      created.set(object.kind, (created.get(object.kind) ?? 0) + 1);
    } catch (error) {
      if (isConflict(error)) there.push(titleOf(object));
      else if (isRefused(error)) refused.push(`${titleOf(object)}: ${refusalOf(error)}`);
      else throw error;
    }
  };
  await eachOf(copy.definitions, atOnce, create);
  for (const { spec } of copy.definitions) await untilServed(cluster, spec as Definition);
  for (const [at, stage] of [copy.namespaces, ...copy.stages].entries()) {
    if (at > 1) await sleep(pause);
    await eachOf(stage, atOnce, create);
  }
  return { created: Object.fromEntries(created), there: there.sort(), refused: refused.sort(), left: copy.left };
}

interface Definition {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

/** Waits until a new kind is served in all its versions. */
async function untilServed(cluster: Cluster, { group, names, versions }: Definition): Promise<void> {
  const paths = versions.filter(({ served }) => served).map(({ name }) => `/apis/${group}/${name}/${names.plural}`);
  for (const path of paths)
    for (const end = Date.now() + patience * 1000; Date.now() < end;) {
      const isServed = await cluster.send("GET", `${path}?limit=1`).then(
        () => true,
        (error: unknown) => {
          if (isNotFound(error)) return false;
          throw error;
        },
      );
      if (isServed) break;
      await sleep(100);
    }
}
