import { dump } from "js-yaml";
import { plainCredentials } from "../install/plainCredentials";
import { valuesSetting } from "../install/unknownValues";
import { defaultRevision, runningVersion } from "../istio/controlPlanes";
import { kialiReleaseName, systemNamespace } from "../istio/names";
import { injectionLabel } from "../rollout/injectionLabel";
import { ownerMark, releaseText } from "../upgrade/helmHistory";
import { controlPlaneOf } from "../upgrade/revisions";
import type { FoundMesh, FoundRelease } from "./found";
import { hooksInTheWay, isDoneJob } from "./hooks";
import { loginProblems } from "./login";
import { ownerOf } from "./marks";
import { hasValuesSetting, lostValues } from "./lostValues";
import { ofName, ofPartNames } from "./ofNames";
import { isHook, keyOf, titleOf } from "./objects";
import { wayOf } from "./parts";
import type { Asked } from "./types";

/** Whose version is it that runs. */
function ofVersion({ controlPlanes }: FoundMesh, { settings, targetVersion }: Asked): readonly string[] {
  const { revision } = settings.istio;
  const plane = controlPlaneOf(controlPlanes, settings.istio);
  if (plane === undefined) {
    const [other] = controlPlanes;
    if (other === undefined)
      return ["no control plane runs in istio-system, so there is nothing to take over: npm run up installs one"];
    const way =
      other.revision === defaultRevision ? "take istio.revision out" : `set istio.revision: ${other.revision}`;
    return [
      `the control plane that runs has ${other.revision === defaultRevision ? "no revision" : `revision ${other.revision}`}, ` +
        `the settings have ${revision ?? "none"}: ${way}`,
    ];
  }
  const running = runningVersion(plane) ?? "";
  return running === targetVersion
    ? []
    : [
        `Istio ${running} runs, by its images, and the settings say ${targetVersion}: set istio.version: ${running}; ` +
          "upgrade after the adoption",
      ];
}

function ofOwners(old: readonly FoundRelease[], asked: Asked): readonly string[] {
  const { settings, known, begun } = asked;
  return old.flatMap(({ name, description, status, revision }) => {
    const mark = /^jam-istio\/\S+/.exec(description)?.[0];
    if (mark !== undefined && mark !== ownerMark(settings.stack))
      return [`release ${name} is ${mark}'s: that stack owns the mesh. Set istio.controlPlane: shared here`];
    if (mark !== undefined && ![...known, ...begun].includes(name))
      return [
        `release ${name} was installed by ${mark} and is unknown to this state: the stack was deployed from another backend. ` +
          `Log in to that one (pulumi login). Where a release of it was broken off: ${releaseText(settings.stack)}`,
      ];
    if (status !== "deployed" && !known.includes(name))
      return [
        `release ${name} is ${status} in its revision ${String(revision)}: bring it to an end first, with ` +
          `helm rollback ${name} --namespace istio-system`,
      ];
    return [];
  });
}

const indented = (text: string) => text.trimEnd().replaceAll(/^/gm, "    ");

function ofValues(found: FoundMesh, asked: Asked, old: readonly FoundRelease[]): readonly string[] {
  return asked.plans.flatMap((plan) => {
    const missing = lostValues(plan, found, asked, old);
    // What no setting can say cannot be asked for; the plan shows what comes of it.
    if (Object.keys(missing).length === 0 || !hasValuesSetting(plan.chart)) return [];
    // Of two secrets neither is shown.
    const hidden = plainCredentials(missing).map(({ path }) => path.slice(1));
    const setting = valuesSetting(plan.chart);
    const text =
      hidden.length > 0
        ? `    the keys ${Object.keys(missing).join(", ")} (${hidden.join(", ")}: like a secret, not shown)`
        : indented(dump(missing));
    return [
      `the mesh was made with values that the settings lack; they would go back to the chart's defaults. Put them below ` +
        `${setting}, or say there what you want in their place:\n${text}`,
    ];
  });
}

/** A namespace that has its sidecars by a revision, of which `istio-injection` beside it would take it away. */
function ofInjection({ live }: FoundMesh, { settings, own }: Asked): readonly string[] {
  const { namespace, injection, istio } = settings;
  const object = own.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace);
  const { labels = {} } = (object && live.get(keyOf(object)))?.metadata ?? {};
  const revision = labels["istio.io/rev"];
  if (injection !== "enabled" || revision === undefined || labels[injectionLabel] !== undefined) return [];
  const way = revision === istio.revision ? "injection: revision" : "injection: unmanaged, which leaves it";
  return [
    `namespace ${namespace} gets its sidecars by the label istio.io/rev=${revision}, for which ${injectionLabel}=enabled beside it ` +
      `leaves no room: set ${way}`,
  ];
}

function ofLogin({ login }: FoundMesh, { settings, ownLogin, known }: Asked): readonly string[] {
  // Of a stack that has its mesh already the login is its own.
  const kialiRelease = settings.layout === "classic" ? controlPlaneName(settings) : kialiReleaseName;
  return login === undefined || known.includes(kialiRelease) ? [] : loginProblems(login, settings, ownLogin);
}

const controlPlaneName = ({ istio }: Asked["settings"]) => istio.releaseName ?? "istio";

/** Objects that other Helm releases own, or that cannot become what the settings' charts make. */
function ofObjects(found: FoundMesh, { plans }: Asked, old: readonly FoundRelease[]): readonly string[] {
  return plans.flatMap((plan) =>
    plan.objects
      .filter((one) => !isHook(one))
      .flatMap((object) => {
        const key = keyOf(object);
        const [live, trial] = [found.live.get(key), found.trials.get(key)];
        if (live === undefined) return [];
        const owner = ownerOf(live);
        const names = [plan, ...old].map(({ name }) => name);
        // A release elsewhere may have the same name: what it has, its owner would still delete.
        const isOurs = owner === undefined || (owner.namespace === systemNamespace && names.includes(owner.name));
        if (!isOurs)
          return [
            `${titleOf(live)} belongs to Helm release ${owner.name} in ${owner.namespace}: take it out there first, after ` +
              `kubectl annotate with helm.sh/resource-policy=keep${wayOf(plan)}`,
          ];
        return trial !== undefined && "refused" in trial
          ? [`${titleOf(live)} cannot become what chart ${plan.chart} makes: ${trial.refused}${wayOf(plan)}`]
          : [];
      }),
  );
}

/** Objects that the stack makes itself, and that a release has which stays: it would still delete them. */
function ofOwn(found: FoundMesh, { own, plans }: Asked, old: readonly FoundRelease[]): readonly string[] {
  const taken = [...plans, ...old].map(({ name }) => name);
  const stays = (name: string) => !taken.includes(name) && found.releases.some((one) => one.name === name);
  return own.flatMap((object) => {
    const live = found.live.get(keyOf(object));
    const owner = live && ownerOf(live);
    if (owner === undefined || (owner.namespace === systemNamespace && !stays(owner.name))) return [];
    return [
      `${titleOf(object)} belongs to Helm release ${owner.name} in ${owner.namespace}: annotate it with ` +
        "helm.sh/resource-policy=keep and take it out of that release first",
    ];
  });
}

function ofHooks(found: FoundMesh, { plans }: Asked): readonly string[] {
  return hooksInTheWay(found, plans)
    .filter((object) => !isDoneJob(object))
    .map(
      (object) =>
        `${titleOf(object)} is where Helm makes one of its own: ` +
        (object.kind === "Job" ? "wait until it is done, or delete it" : "delete it"),
    );
}

/** Why a mesh is not taken over as the settings are, each line with its way out. */
export function problemsOf(found: FoundMesh, asked: Asked, old: readonly FoundRelease[]): readonly string[] {
  return [
    ...(found.unread.length === 0
      ? []
      : [`these may not be read (HTTP 403): ${found.unread.join(", ")}; docs/migrate.md has the Role to apply`]),
    ...ofOwners(old, asked),
    ...ofVersion(found, asked),
    ...ofName(found, asked, old),
    ...ofPartNames(found, asked),
    ...ofInjection(found, asked),
    ...ofLogin(found, asked),
    ...ofValues(found, asked, old),
    ...ofObjects(found, asked, old),
    ...ofOwn(found, asked, old),
    ...ofHooks(found, asked),
  ];
}
