import { isVersion } from "../../../istio/controlPlanes";
import { systemNamespace } from "../../../istio/names";
import { closingImages, isClosing } from "../../../istio/registries";
import { closingDate, officialHub } from "../../../istio/releases";
import type { HelmRevision } from "../../../upgrade/gateTypes";
import { hasMark, recordedImage, recordsOf } from "../../../upgrade/helmHistory";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { closingCharts } from "../../versions";

/** How long a change of Helm's may take before it counts as left behind, in minutes, where no settings say more. */
const patience = 15;

/** What heals a release that is not in place; `up` does nothing for one that is not its stack's. */
function remedyOf({ status, revision, release }: HelmRevision, isOwn: boolean): string {
  if (status === "uninstalling")
    return isOwn ? "npm run down finishes it; npm run up says how to keep it" : "whoever installed it finishes it";
  const back = revision > 1 ? [`by hand: helm -n ${systemNamespace} rollback ${release}`] : [];
  return [isOwn ? "npm run up repairs it" : "whoever installed it heals it", ...back].join("; ");
}

function judgeRelease(name: string, { records, now, wanted }: Evidence): readonly Hit[] {
  const last = recordsOf(records, name).at(-1);
  // The record of one that is gone stays where its history is kept.
  if (last === undefined || ["deployed", "superseded", "uninstalled"].includes(last.status)) return [];
  const patient = Math.max(patience, Math.ceil((wanted?.timeoutSeconds ?? 0) / 60));
  const { stack, releases } = wanted ?? {};
  // A control plane that a canary keeps is the stack's own and in no settings any more.
  const isMarked = stack !== undefined && records.some((one) => one.release === name && hasMark(one, records, stack));
  const isOwn = isMarked || (releases?.includes(name) ?? true);
  const minutes = Math.max(0, Math.floor((now.getTime() / 1000 - last.modifiedAt) / 60));
  const isPending = last.status.startsWith("pending-") || last.status === "uninstalling";
  const about = {
    code: "release-unfinished" as const,
    object: `release ${systemNamespace}/${name}`,
    evidence: `revision ${String(last.revision)} is ${last.status} since ${String(minutes)} min`,
  };
  if (isPending && minutes < patient)
    return [
      {
        ...about,
        sentence: "a change of it is at work, or was just killed",
        remedy: "wait for it to end",
        severity: "info",
      },
    ];
  return [
    {
      ...about,
      sentence: isPending
        ? "the run that changed it was killed: Helm refuses every further change of it"
        : "its last change failed: what runs may be half of it",
      remedy: remedyOf(last, isOwn),
    },
  ];
}

/** Control planes that run another version than their release's manifest has. */
function judgeDrift({ records, controlPlanes }: Evidence): readonly Hit[] {
  return controlPlanes.flatMap((plane) => {
    const release = [...new Set(records.map((one) => one.release))].find((name) => {
      const manifest = recordsOf(records, name).at(-1)?.manifest ?? "";
      return new RegExp(`^kind: Deployment[\\s\\S]{0,200}?^  name: ["']?${plane.name}["']?$`, "m").test(manifest);
    });
    const last = release === undefined ? undefined : recordsOf(records, release).at(-1);
    if (last?.status !== "deployed") return [];
    const recorded = recordedImage(last);
    if (!isVersion(recorded) || !isVersion(plane.declared) || recorded === plane.declared) return [];
    return [
      {
        code: "release-differs" as const,
        object: `Deployment ${systemNamespace}/${plane.name}`,
        evidence: `it asks for ${plane.declared}; revision ${String(last.revision)} of release ${last.release} has ${recorded}`,
        sentence: `somebody set ${plane.declared} by hand; the next change by Helm sets ${recorded} again`,
        remedy: `npm run up, which puts it back; or set istio.version: "${plane.declared}"`,
      },
    ];
  });
}

function judgeHosts({ pods, instances, wanted }: Evidence): readonly Hit[] {
  const judged = [...instances, systemNamespace];
  const images = closingImages(pods.filter(({ metadata }) => judged.includes(metadata?.namespace ?? "")));
  const running = images.map(({ namespace, image, pods: count }) => ({
    code: "registry-closes" as const,
    object: `Namespace ${namespace}`,
    evidence: `${String(count)} pods run ${image}`,
    sentence: `a pod that has to fetch ${image} does not start once its registry is switched off, in ${closingDate}`,
    remedy: `istio.hub: ${officialHub}, npm run up, then restart what still has it`,
  }));
  const said = [
    wanted?.hub !== undefined && isClosing(wanted.hub) && `istio.hub: ${wanted.hub}`,
    closingCharts.some((host) => wanted?.chartRepository?.startsWith(host)) &&
      `istio.chartRepository: ${wanted?.chartRepository ?? ""}`,
  ].filter((one) => one !== false);
  return [
    ...running,
    ...said.map((line) => ({
      code: "registry-closes" as const,
      object: "the stack's settings",
      evidence: line,
      sentence: `what they name is switched off in ${closingDate}`,
      remedy: "remove the line: the program asks the hosts that stay",
    })),
  ];
}

/** Judges Helm's records, and where images and charts come from. */
export const checkReleases = (evidence: Evidence): readonly Hit[] => [
  ...[...new Set(evidence.records.map(({ release }) => release))].flatMap((name) => judgeRelease(name, evidence)),
  ...judgeDrift(evidence),
  ...judgeHosts(evidence),
];
