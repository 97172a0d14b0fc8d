import { selects } from "../istio/pods";
import type { NamespaceObjects, Workload } from "./workloads";

/** A count such as 2 or "25%" of a number of replicas. */
function resolved(value: string | number | undefined, replicas: number, round: (x: number) => number): number {
  if (typeof value === "string" && value.endsWith("%")) return round((Number(value.slice(0, -1)) / 100) * replicas);
  return Number(value ?? 0);
}

type Of<K extends Workload["kind"]> = Extract<Workload, { kind: K }>["object"];

/** What a Deployment says of a rolling update, with Kubernetes' defaults, and how many pods may be gone then. */
function rollingUpdate({ spec }: Of<"Deployment">, replicas: number) {
  const rolling = spec?.strategy?.rollingUpdate;
  const [maxUnavailable, maxSurge] = [rolling?.maxUnavailable ?? "25%", rolling?.maxSurge ?? "25%"];
  // As the controller counts: of both at 0 nothing would move, so one pod may be gone.
  const surge = resolved(maxSurge, replicas, Math.ceil);
  return { maxUnavailable, maxSurge, gone: resolved(maxUnavailable, replicas, Math.floor) || (surge === 0 ? 1 : 0) };
}

/** @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment */
function ofDeployment(object: Of<"Deployment">, replicas: number): string | undefined {
  if (object.spec?.strategy?.type === "Recreate") return "its strategy is Recreate";
  const { maxUnavailable, maxSurge, gone } = rollingUpdate(object, replicas);
  if (gone < replicas) return undefined;
  return replicas === 1
    ? `it has one replica, maxUnavailable ${String(maxUnavailable)} and maxSurge ${String(maxSurge)}`
    : `its maxUnavailable is ${String(maxUnavailable)}`;
}

/** @see https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/ */
function ofDaemonSet({ spec, status }: Of<"DaemonSet">): string | undefined {
  const surge = resolved(spec?.updateStrategy?.rollingUpdate?.maxSurge, status?.desiredNumberScheduled ?? 1, Math.ceil);
  return surge > 0 ? undefined : "each node is without its pod for a moment";
}

function ofStatefulSet({ spec }: Of<"StatefulSet">, replicas: number): string | undefined {
  if (replicas === 1) return "it has one replica";
  // Heeded by clusters that have the feature on.
  const most = spec?.updateStrategy?.rollingUpdate?.maxUnavailable;
  return resolved(most, replicas, Math.ceil) >= replicas ? `its maxUnavailable is ${String(most)}` : undefined;
}

/** @see https://argo-rollouts.readthedocs.io/en/stable/features/restart/ a restart uses no maxSurge */
function ofRollout({ spec }: Of<"Rollout">, replicas: number): string | undefined {
  if (replicas === 1) return "it has one replica, and Argo Rollouts ends it before the new one starts";
  const [most] = Object.values(spec?.strategy ?? {}).map(({ maxUnavailable }) => maxUnavailable);
  return resolved(most, replicas, Math.floor) >= replicas ? `its maxUnavailable is ${String(most)}` : undefined;
}

function ofItself({ kind, object }: Workload, replicas: number): string | undefined {
  if (kind === "DaemonSet") return ofDaemonSet(object);
  if (kind === "Deployment") return ofDeployment(object, replicas);
  return kind === "StatefulSet" ? ofStatefulSet(object, replicas) : ofRollout(object, replicas);
}

function budgetAllowsNone(
  pod: Readonly<Record<string, string>>,
  replicas: number,
  budgets: NamespaceObjects["budgets"],
) {
  return budgets.some(({ spec }) => {
    if (!selects(spec?.selector, pod)) return false;
    if (spec?.maxUnavailable !== undefined) return resolved(spec.maxUnavailable, replicas, Math.ceil) >= replicas;
    return resolved(spec?.minAvailable, replicas, Math.ceil) <= 0;
  });
}

/** Why a restart may leave a workload without a ready pod; `undefined` where one is ready at every moment. */
export function downtime(workload: Workload, { budgets }: NamespaceObjects): string | undefined {
  const { kind, object } = workload;
  const replicas = kind === "DaemonSet" ? 0 : (object.spec?.replicas ?? 1);
  const own = ofItself(workload, replicas);
  // One replica has a budget that allows none, or its node cannot be drained; Argo Rollouts heeds it at a restart.
  if (own !== undefined || replicas < 2 || kind === "Rollout") return own;
  return budgetAllowsNone(object.spec?.template.metadata?.labels ?? {}, replicas, budgets)
    ? "its PodDisruptionBudget allows none to be ready: a drained node may take the rest meanwhile"
    : undefined;
}

/**
 * Whether a restart may have fewer pods ready than a PodDisruptionBudget of theirs wants: Kubernetes holds a rolling update to the
 * workload's own strategy alone. `undefined` where it does not, and for an Argo Rollout, whose controller heeds the budget.
 */
export function belowBudget({ kind, object }: Workload, { budgets }: NamespaceObjects): string | undefined {
  if (kind !== "Deployment" && kind !== "StatefulSet") return undefined;
  const replicas = object.spec?.replicas ?? 1;
  const most = kind === "StatefulSet" ? object.spec?.updateStrategy?.rollingUpdate?.maxUnavailable : undefined;
  const gone = kind === "Deployment" ? rollingUpdate(object, replicas).gone : resolved(most ?? 1, replicas, Math.ceil);
  const own = budgets.filter(({ spec }) => selects(spec?.selector, object.spec?.template.metadata?.labels ?? {}));
  const wanted = own.map(({ spec }) =>
    spec?.maxUnavailable === undefined
      ? resolved(spec?.minAvailable, replicas, Math.ceil)
      : replicas - resolved(spec.maxUnavailable, replicas, Math.ceil),
  );
  const least = Math.max(0, ...wanted);
  if (replicas - gone >= least) return undefined;
  return `${String(replicas - gone)} of ${String(replicas)} may be ready, and its PodDisruptionBudget wants ${String(least)}`;
}
