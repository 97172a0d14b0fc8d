import { isVersion } from "../../../istio/controlPlanes";
import { systemNamespace } from "../../../istio/names";
import { compareMinors, minorOf } from "../../../istio/releases";
import { debugEndpoints, shutOut } from "../../../upgradeNotes/debugEndpoints";
import type { Pod } from "../../../upgradeNotes/kinds";
import { concerns } from "../../../upgradeNotes/note";
import { isPinned, removedHits, removedVariables } from "../../../upgradeNotes/removedSettings";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { podName } from "../../hosts";
import { replaceable } from "../../workload";

/** What runs; of several control planes nothing is said, since it is not known whose a setting is. */
function onlyVersion({ controlPlanes }: Evidence): string | undefined {
  const versions = controlPlanes.map(({ ready, declared }) => ready[0] ?? declared);
  const [version] = versions;
  return versions.length === 1 && isVersion(version) ? version : undefined;
}

/** What is set for the whole mesh, and for the judged instances. */
function settingsIn({ settings, pods, instances }: Evidence) {
  const judged = [...instances, systemNamespace];
  const own = pods.filter(({ metadata }) => judged.includes(metadata?.namespace ?? ""));
  return {
    ...settings,
    proxyConfigs: settings.proxyConfigs.filter(({ metadata }) => judged.includes(metadata.namespace ?? "")),
    // The same object in the client's words; of what is read here nothing differs.
    pods: own as unknown as readonly Pod[],
  };
}

/** Variables that somebody set, and that this Istio, or one before it, no longer reads. */
function judgeRemoved(evidence: Evidence, version: string): readonly Hit[] {
  const seen = settingsIn(evidence);
  // Pods of one workload have it from one template.
  const workloads = new Map(evidence.pods.map((pod) => [podName(pod), replaceable(pod).name]));
  const gone = Object.keys(removedVariables).filter((minor) => compareMinors(minor, minorOf(version)) <= 0);
  const hits = gone.flatMap((minor) =>
    removedHits(seen, minor).map(({ object, says }) => ({
      object: workloads.get(object) ?? object,
      minor,
      name: /^sets (\S+),/.exec(says)?.[1] ?? says,
    })),
  );
  return [...new Set(hits.map(({ object }) => object))].map((object) => {
    const own = [...new Map(hits.filter((one) => one.object === object).map((one) => [one.name, one])).values()];
    const listed = own.map(({ name, minor }) => `${name} (gone from ${minor} on)`).join(", ");
    return {
      code: "setting-removed" as const,
      object,
      evidence: `it sets ${listed}; Istio ${version} runs`,
      sentence: `what it sets has no effect any more: ${own.map(({ name }) => name).join(", ")}`,
      remedy: "remove it; what the variable did is in Istio's upgrade notes of that minor (docs/upgrade-notes.md)",
    };
  });
}

/** Kialis to which istiod's debug endpoints are closed. */
function judgeKiali({ settings, pods }: Evidence, version: string): readonly Hit[] {
  if (!concerns(debugEndpoints, version)) return [];
  if (isPinned({ ...settings, pods: [] }, "ENABLE_DEBUG_ENDPOINT_AUTH", "false")) return [];
  // All pods that may be seen: Kiali is where it is.
  const kialis = shutOut({ ...settings, pods: pods as unknown as readonly Pod[] });
  const places = [...new Set(kialis.map(({ metadata }) => metadata.namespace ?? ""))];
  return places.map((place) => ({
    code: "kiali-shut-out" as const,
    object: `Namespace ${place}`,
    evidence: `pods of Kiali run there; istiod ${version} answers debug questions of ${systemNamespace} alone`,
    sentence: "its Kiali gets no answers from istiod's debug endpoints: it shows the state of proxies as unknown",
    remedy: `istio.values: { pilot: { env: { DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES: ${place} } } }`,
  }));
}

/** Judges what is set for istiod and for proxies. */
export function checkSettings(evidence: Evidence): readonly Hit[] {
  const version = onlyVersion(evidence);
  return version === undefined ? [] : [...judgeRemoved(evidence, version), ...judgeKiali(evidence, version)];
}
