import { applyObjects } from "../../../../lab/planeFile";
import { sampleObjects, samples } from "../../../../rehearse/workloads";
import type { Lab } from "../lab";
import { until } from "../until";

/** An instance's namespace as people have it, and, once the mesh is there, workloads with sidecars, all ready. */
export async function oldInstance(
  { plane }: Lab,
  namespace: string,
  installMesh: () => Promise<unknown>,
  labels: Readonly<Record<string, string>> = { "istio-injection": "enabled" },
): Promise<void> {
  await applyObjects(plane.plane, [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } }]);
  await installMesh();
  await applyObjects(plane.plane, sampleObjects(namespace));
  await until("the instance's workloads are ready", async () => {
    const path = "jsonpath={.items[*].status.readyReplicas}";
    const ready = await plane.kubectl("get", "deploy,sts", "-n", namespace, "-o", path);
    return (
      ready
        .split(" ")
        .map(Number)
        .reduce((sum, one) => sum + one, 0) === wanted
    );
  });
}

const wanted = samples.reduce((sum, { replicas }) => sum + replicas, 0);
