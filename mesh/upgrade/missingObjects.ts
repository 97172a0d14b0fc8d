import type { V1Deployment } from "@kubernetes/client-node";
import type { HelmRevision, Missing } from "./gateTypes";
import { expectedObjects } from "./manifest";

/** What there is of what releases should have brought. */
export interface Existing {
  /** Names of CRDs. */
  readonly crds: readonly string[];
  readonly deployments: readonly V1Deployment[];
  /** Names of DaemonSets. */
  readonly daemonSets: readonly string[];
}

const isDown = ({ spec, status }: V1Deployment) => (spec?.replicas ?? 1) > 0 && (status?.availableReplicas ?? 0) === 0;

/** Finds what deployed releases lack: objects that a release's own refresh does not look at. */
export function missingObjects(records: readonly HelmRevision[], there: Existing): readonly Missing[] {
  const deployments = new Map(there.deployments.map((one) => [one.metadata?.name ?? "", one]));
  const deployed = records.filter(({ status }) => status === "deployed");
  return deployed.flatMap(({ release, manifest }) => {
    const expected = expectedObjects(manifest);
    const gone = [
      ...expected.crds
        .filter((name) => !there.crds.includes(name))
        .map((name) => `CustomResourceDefinition ${name} is gone`),
      ...expected.daemonSets
        .filter((name) => !there.daemonSets.includes(name))
        .map((name) => `DaemonSet ${name} is gone`),
      ...expected.deployments.flatMap((name) => {
        const found = deployments.get(name);
        if (found === undefined) return [`Deployment ${name} is gone`];
        return isDown(found) ? [`Deployment ${name} has no pod that is ready`] : [];
      }),
    ];
    return gone.length === 0 ? [] : [{ release, gone, jobs: expected.jobs }];
  });
}
