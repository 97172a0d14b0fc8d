import type { FoundMesh, FoundRelease, RenderedPlan } from "./found";
import type { AdoptionPlan, Asked, PlannedObject, PlannedRelease } from "./types";
import { meshRevisionOf } from "./given";
import { hooksInTheWay, isDoneJob } from "./hooks";
import { hasValuesSetting, lostValues } from "./lostValues";
import { isMarkedFor, ownerOf } from "./marks";
import {
  changesOf,
  isHook,
  isMetadata,
  keyOf,
  merged,
  replacesPods,
  titleOf,
  type AnyObject,
  type Change,
} from "./objects";
import { switchOf } from "./parts";
import { problemsOf } from "./problems";
import { leftOf } from "./left";

const wantedOf = ({ objects }: RenderedPlan) => objects.filter((one) => !isHook(one));

/** What becomes of the objects of a release. */
function ofRelease(plan: RenderedPlan, { live, trials }: FoundMesh): readonly PlannedObject[] {
  const owner = `release ${plan.name}`;
  return wantedOf(plan).map((object): PlannedObject => {
    const [there, trial] = [live.get(keyOf(object)), trials.get(keyOf(object))];
    if (there === undefined || trial === undefined) return { object, fate: "made", owner, changes: [] };
    if ("refused" in trial) return { object, fate: "taken over", owner, changes: [] };
    const changes = changesOf(there, trial.after).filter((change) => !isMetadata(change));
    return { object, fate: changes.length === 0 ? "taken over" : "changed", owner, changes };
  });
}

/** What the stack itself makes of its own objects; a Secret's data are not looked at. */
function ofStack(own: AnyObject, { live }: FoundMesh): PlannedObject {
  const there = live.get(keyOf(own));
  const owner = "the stack";
  if (there === undefined) return { object: own, fate: "made", owner, changes: [] };
  const { kind, apiVersion, metadata } = own;
  const compared = kind === "Secret" ? { apiVersion, kind, metadata } : own;
  const changes = changesOf(there, { ...(merged(there, compared) as object), apiVersion: there.apiVersion });
  // A namespace's label says who injects sidecars; it is no mere metadata.
  const shown = changes.filter((change) => kind === "Namespace" || !isMetadata(change)).filter(isNoMark);
  return { object: own, fate: shown.length === 0 ? "taken over" : "changed", owner, changes: shown };
}

/** What steers Pulumi alone is never written to the cluster. */
const isNoMark = ({ path }: Change) => !path.startsWith("metadata.annotations");

/** The release of Helm's that a planned one goes on from. */
const standing = ({ name }: { readonly name: string }, { releases }: FoundMesh) =>
  releases.find((release) => release.name === name);

function plannedRelease(plan: RenderedPlan, found: FoundMesh): PlannedRelease {
  const from = standing(plan, found);
  if (from === undefined) return { name: plan.name, chart: plan.chart };
  const { revision, chart, chartVersion } = from;
  const meshRevision = meshRevisionOf(from);
  const seen = { revision, chart, chartVersion, ...(meshRevision === undefined ? {} : { meshRevision }) };
  return { name: plan.name, chart: plan.chart, from: seen };
}

/** Old releases whose objects are, at least in part, those of planned ones, under another name. */
function renamed(plans: readonly RenderedPlan[], { releases }: FoundMesh): readonly FoundRelease[] {
  const wanted = new Set(plans.flatMap((plan) => wantedOf(plan).map(keyOf)));
  const names = plans.map(({ name }) => name);
  return releases.filter(
    (release) => !names.includes(release.name) && release.objects.some((object) => wanted.has(keyOf(object))),
  );
}

const listed = (names: readonly string[]) => names.join(" and ");

/** Helm releases beside the mesh's that stay with Helm. */
function strangersText({ releases }: FoundMesh, old: readonly FoundRelease[], plans: readonly RenderedPlan[]) {
  return releases
    .filter((one) => !old.includes(one) && one.status !== "uninstalled")
    .map(({ name, chart, chartVersion }) => {
      const setting = plans.some((plan) => plan.chart === chart) ? undefined : switchOf(chart);
      const way = setting === undefined ? "" : `; ${setting}: true would take it over`;
      return `Helm release ${name}: chart ${chart} ${chartVersion}, none of the settings': it stays with Helm${way}`;
    });
}

/** Values of the charts with the CRDs, for which there is no setting. */
function leftValuesText(found: FoundMesh, asked: Asked, old: readonly FoundRelease[]): readonly string[] {
  return asked.plans.flatMap((plan) => {
    const keys = hasValuesSetting(plan.chart) ? [] : Object.keys(lostValues(plan, found, asked, old));
    if (keys.length === 0) return [];
    return [`values of chart ${plan.chart} that no setting carries: ${keys.join(", ")}; what that changes is below`];
  });
}

function foundText(found: FoundMesh, asked: Asked): readonly string[] {
  const { plans } = asked;
  const planes = found.controlPlanes.map(({ name, ready, declared, revision }) => {
    const version = ready.length === 0 ? `${declared}, no pod is ready` : listed(ready);
    return `control plane: Istio ${version} (Deployment ${name}${revision === "default" ? "" : `, revision ${revision}`}, by its images)`;
  });
  const old = [
    ...found.releases.filter((one) => plans.some((plan) => plan.name === one.name)),
    ...renamed(plans, found),
  ];
  const releases = old.map(
    ({ name, chart, chartVersion, revision, status }) =>
      `Helm release ${name}: chart ${chart} ${chartVersion}, revision ${String(revision)}, ${status}`,
  );
  const without = plans
    .filter((plan) => standing(plan, found) === undefined)
    .map((plan) => ({ plan, count: wantedOf(plan).filter((one) => found.live.has(keyOf(one))).length }))
    .filter(({ plan, count }) => count > 0 && !renamed([plan], found).length)
    .map(({ plan, count }) => `objects of chart ${plan.chart} without a Helm release: ${String(count)}`);
  const values = leftValuesText(found, asked, old);
  const halfMade = asked.halfMade.map(
    ({ name, status }) =>
      `Helm release ${name}: an interrupted run left its first revision ${status}; its record is removed, and Helm makes it again`,
  );
  return [...planes, ...releases, ...halfMade, ...without, ...values, ...strangersText(found, old, plans)];
}

/** Plans the adoption of a mesh that runs: an old release goes on, or Helm makes a first one over the objects. */
export function planAdoption(found: FoundMesh, asked: Asked): AdoptionPlan {
  const { plans, own } = asked;
  const old = [
    ...found.releases.filter(({ name }) => plans.some((plan) => plan.name === name)),
    ...renamed(plans, found),
  ];
  const wanted = new Map(plans.flatMap((plan) => wantedOf(plan).map((object) => [keyOf(object), plan.name] as const)));
  const taken = [...plans.flatMap((plan) => ofRelease(plan, found)), ...own.map((one) => ofStack(one, found))];
  const ownKeys = new Set(own.map(keyOf));
  // Helm deletes what the next revision of a release has no more.
  const keep = old
    .flatMap(({ name, objects }) => objects.filter((object) => wanted.get(keyOf(object)) !== name))
    .filter((object) => found.live.has(keyOf(object)));
  const mark = [...wanted].flatMap(([key, release]) => {
    const object = found.live.get(key);
    return object === undefined || isMarkedFor(object, release) ? [] : [{ object, release }];
  });
  return {
    found: foundText(found, asked),
    problems: problemsOf(found, asked, old),
    releases: plans.map((plan) => plannedRelease(plan, found)),
    objects: [...taken, ...leftOf(found, { wanted, own: ownKeys, old })],
    restarts: taken.filter(({ object, changes }) => replacesPods(object, changes)).map(({ object }) => titleOf(object)),
    ...{ keep, mark },
    marked: own.flatMap((object) => found.live.get(keyOf(object)) ?? []).filter((live) => ownerOf(live) !== undefined),
    again: hooksInTheWay(found, plans).filter(isDoneJob),
    emptied: renamed(plans, found).filter(({ objects }) =>
      objects.every((one) => wanted.has(keyOf(one)) || ownKeys.has(keyOf(one)) || !found.live.has(keyOf(one))),
    ),
  };
}
