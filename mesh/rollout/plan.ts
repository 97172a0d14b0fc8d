import type { Settings } from "../../settings/types";
import { countText, sumOfCounts } from "../istio/proxies";
import type { OutdatedSidecars } from "./outdatedSidecars";
import type { ServingControlPlane } from "./servingControlPlane";

/** What a rollout is told by the settings. */
export type RolloutSettings = Settings["rollout"];

/** What is rolled, and after which control plane. */
export interface RolloutTask extends RolloutSettings {
  readonly serving: ServingControlPlane;
}

/** What a rollout would do, for the preview. */
export interface RolloutPlan {
  readonly refused: readonly string[];
  readonly notes: readonly string[];
}

/** Puts a list into one line that stays readable. */
export function listText(items: readonly string[], most = 10): string {
  const rest = items.length - most;
  return rest > 0 ? `${items.slice(0, most).join(", ")} and ${String(rest)} more` : items.join(", ");
}

/**
 * Judges a rollout before anything changes.
 * @param target version that the proxies will have
 * @param production whether a moment without a ready pod is refused
 */
export function planRollout(
  sidecars: readonly OutdatedSidecars[],
  target: string,
  { enabled, parallel }: Pick<RolloutSettings, "enabled" | "parallel">,
  { production, allow }: { readonly production: boolean; readonly allow: readonly string[] },
): RolloutPlan {
  const restarts = sidecars.flatMap((one) => one.restarts);
  const left = sidecars.flatMap((one) => one.notRestartable);
  const stay = left.map((line) => `its sidecar stays outdated: ${line}`);
  if (!enabled) {
    const outdated = restarts.length + left.length;
    const note = `rollout.enabled is false: ${String(outdated)} workloads keep a sidecar that is not ${target}'s`;
    return { refused: [], notes: outdated === 0 ? [] : [note] };
  }
  const down = restarts.filter((one) => one.downtime !== undefined);
  const downText = down.map(({ name, downtime }) => `${name}: ${downtime ?? ""}`);
  const refused =
    production && !allow.includes("downtime")
      ? downText.map(
          (line) =>
            `${line}: its restart may leave it without a ready pod, which production: true refuses. Give it two replicas and a ` +
            "rolling update, or acknowledge with istio.allow: [downtime]",
        )
      : [];
  const many = `${String(restarts.length)} workload${restarts.length === 1 ? "" : "s"}`;
  const notes = [
    ...(restarts.length === 0
      ? []
      : [
          `sidecars: ${many} restart for Istio ${target}, ${String(parallel)} at a time: ${listText(restarts.map(({ name }) => name))}`,
        ]),
    ...(refused.length > 0 ? [] : downText.map((line) => `may be down for a moment: ${line}`)),
    ...stay,
  ];
  return { refused, notes };
}

/** What the data plane looks like, in the stack's output `dataPlane`. */
export interface DataPlane {
  /** Version of the control plane that serves the instance. */
  readonly controlPlane: string;
  /** Proxies of the rolled namespaces by version. */
  readonly proxies: Readonly<Record<string, number>>;
  /** As `istioctl version` says it. */
  readonly text: string;
}

/** Sums up what runs. */
export function dataPlaneOf(controlPlane: string, sidecars: readonly OutdatedSidecars[]): DataPlane {
  const proxies = sumOfCounts(sidecars.map((one) => one.proxies));
  return { controlPlane, proxies, text: `data plane version: ${countText(proxies)}` };
}
