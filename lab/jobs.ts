import type { V1Pod } from "@kubernetes/client-node";
import { reaperContainer } from "../mesh/faults/reaper";
import type { AgentClient } from "./agentClient";
import { kubectl, type LabInfo } from "./planeFile";
import { behaviours, podAnnotation } from "./podBehaviour";

/** Names of the ConfigMaps that a Job's pod applies with kubectl. */
function configMapsOf(pod: V1Pod): readonly string[] {
  const applies = (pod.spec?.containers ?? []).some(
    ({ command = [] }) => command[0] === "kubectl" && command[1] === "apply",
  );
  return applies
    ? (pod.spec?.volumes ?? []).map((volume) => volume.configMap?.name).filter((name) => name !== undefined)
    : [];
}

/** Whether a pod only waits, for longer than anybody looks. */
const waits = ({ spec }: V1Pod) => spec?.containers.some(({ name }) => name === reaperContainer) === true;

/** Does what the pods of Jobs would do, on a node that runs no programs: istio-init's Jobs are what creates the CRDs. */
export class JobWorker {
  public constructor(
    private readonly client: AgentClient,
    private readonly plane: LabInfo,
  ) {}

  /** Does the work of every running Job's pod that was not asked to misbehave, and marks it done; a fault's reaper waits. */
  public async turn(): Promise<void> {
    const running = { labelSelector: "job-name", fieldSelector: "status.phase=Running" };
    const { items } = await this.client.core.listPodForAllNamespaces(running);
    for (const pod of items) {
      const asked = pod.metadata?.annotations?.[podAnnotation];
      if (!behaviours.some((behaviour) => behaviour === asked) && !waits(pod)) await this.finish(pod);
    }
  }

  private async finish(pod: V1Pod): Promise<void> {
    const name = pod.metadata?.name ?? "";
    const namespace = pod.metadata?.namespace ?? "";
    for (const configMap of configMapsOf(pod)) {
      for (const text of Object.values(await this.client.configMap(namespace, configMap)))
        await kubectl(this.plane, ["apply", "-f", "-"], text);
    }
    await kubectl(this.plane, ["-n", namespace, "annotate", "pod", name, `${podAnnotation}=done`, "--overwrite"]);
  }
}
