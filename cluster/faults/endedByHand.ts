import { isConflict, isNotFound, reasonOf } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";

const name = "jam-istio-faults-off";
const collection = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
const path = (namespace: string) => `${collection(namespace)}/${name}`;

/** The drills that a person ended by hand: an update does not put them back. @throws HttpError where it may not be seen */
export async function readEndedDrills({ send }: Pick<Cluster, "send">, namespace: string): Promise<readonly string[]> {
  const text = await send("GET", path(namespace)).catch((error: unknown) => {
    if (isNotFound(error)) return "{}";
    throw error;
  });
  const { drills = "" } = (JSON.parse(text) as { data?: { drills?: string } }).data ?? {};
  return drills.split(" ").filter((drill) => drill !== "");
}

/** Remembers that drills were ended by hand. @returns why it could not; undefined when it could */
export async function rememberEndedDrills(
  { send }: Cluster,
  namespace: string,
  drills: readonly string[],
): Promise<string | undefined> {
  try {
    const before = await readEndedDrills({ send }, namespace);
    const all = [...new Set([...before, ...drills])].sort();
    const data = { drills: all.join(" "), ended: new Date().toISOString() };
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
    const change = () => send("PATCH", path(namespace), { body: { data } });
    if (before.length > 0) await change();
    else
      await send("POST", collection(namespace), { body }).catch((error: unknown) => {
        // Emptied by hand, or somebody else ends faults at this moment.
        if (!isConflict(error)) throw error;
        return change();
      });
    return undefined;
  } catch (error) {
    // The end of the faults matters more than the note of it.
    return reasonOf(error);
  }
}

/** Forgets one drill. */
export async function forgetEndedDrill({ send }: Cluster, namespace: string, drill: string): Promise<void> {
  const before = await readEndedDrills({ send }, namespace);
  const left = before.filter((one) => one !== drill);
  if (left.length === before.length) return;
  if (left.length === 0) await forgetEndedDrills({ send }, namespace);
  else await send("PATCH", path(namespace), { body: { data: { drills: left.join(" ") } } });
}

/** Forgets all of them. */
export async function forgetEndedDrills({ send }: Pick<Cluster, "send">, namespace: string): Promise<void> {
  await send("DELETE", path(namespace)).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}
