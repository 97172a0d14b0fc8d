import { partReleaseNames } from "../istio/names";
import type { FoundMesh, FoundRelease, RenderedPlan } from "./found";
import { keyOf } from "./objects";
import type { Asked } from "./types";

/** The plan of the release that brings the control plane. */
export const controlPlanePlan = ({ plans }: Pick<Asked, "plans">) =>
  plans.find(({ chart }) => ["istio", "istiod"].includes(chart));

const deploymentsOf = (plan: RenderedPlan) => plan.objects.filter(({ kind }) => kind === "Deployment").map(keyOf);

/** The old release that has a planned one's workloads, whatever its name and its chart are called; else one of its chart. */
export function oldReleaseOf(plan: RenderedPlan, old: readonly FoundRelease[]): FoundRelease | undefined {
  const deployments = deploymentsOf(plan);
  return (
    old.find(({ name }) => name === plan.name) ??
    old.find(({ objects }) => objects.some((one) => deployments.includes(keyOf(one)))) ??
    old.find(({ chart }) => chart === plan.chart)
  );
}

/** Under which name the control plane's objects stand. */
export function ofName(found: FoundMesh, asked: Asked, old: readonly FoundRelease[]): readonly string[] {
  const plan = controlPlanePlan(asked);
  if (plan === undefined || old.some(({ name }) => name === plan.name)) return [];
  const deployments = deploymentsOf(plan);
  const release = oldReleaseOf(plan, old);
  const labels = deployments.map((key) => found.live.get(key)?.metadata.labels?.["release"]);
  const name = release?.name ?? labels.find((label) => label !== undefined);
  if (name === undefined || name === plan.name) return [];
  return [
    `the control plane's release is called ${name}, and its pods are labelled with it: set istio.releaseName: ${name}. ` +
      `As ${plan.name} it would be another one`,
  ];
}

/** Releases of the optional parts, whose pods are labelled with the release's name. */
export function ofPartNames(
  { releases }: Pick<FoundMesh, "releases">,
  { plans }: Pick<Asked, "plans">,
): readonly string[] {
  return plans.flatMap((plan) => {
    if (!(plan.chart in partReleaseNames) || releases.some(({ name }) => name === plan.name)) return [];
    // Of one that was uninstalled with its history kept nothing is there.
    const names = releases
      .filter(({ chart, status }) => chart === plan.chart && status !== "uninstalled")
      .map(({ name }) => name);
    const [first, ...others] = names;
    if (first === undefined) return [];
    const setting = `istio.${plan.chart}.releaseName`;
    if (others.length > 0)
      return [
        `releases ${names.join(" and ")} have chart ${plan.chart}: set ${setting} to one of them; the others stay with Helm`,
      ];
    return [
      `the release of chart ${plan.chart} is called ${first}, and its pods are labelled with it: set ${setting}: ${first}. ` +
        `As ${plan.name} they would be other ones`,
    ];
  });
}
