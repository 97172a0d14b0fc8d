import { systemNamespace } from "../../../istio/names";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";

/** Conflicts that istiod counts, and what they do. */
const conflicts: Readonly<Record<string, string>> = {
  pilot_conflict_outbound_listener_tcp_over_current_tcp:
    "two hosts have one TCP port and address, and one of them is ignored",
  pilot_conflict_inbound_listener: "two Services describe one port of the same pods, and one of them is ignored",
  pilot_vservice_dup_domain: "two VirtualServices have one host, and one of them is ignored",
  pilot_duplicate_envoy_clusters: "two ServiceEntries have one host, and one of them is ignored",
  pilot_destrule_subsets: "two DestinationRules have one subset, and one of them is ignored",
  pilot_dns_cluster_without_endpoints: "a host with resolution DNS has no endpoint that can be resolved",
};

function rejected({ istiod }: Evidence): readonly Hit[] {
  if (istiod === undefined) return [];
  const named = istiod.rejections.map(({ proxy, type, message }) => ({
    code: "config-rejected" as const,
    object: `Proxy ${proxy}`,
    evidence: `${type}: ${message}`,
    sentence: `it refuses what istiod sends (${type}) and keeps what it had`,
    remedy: `take back what the message names; npx jam-istio diff-config ${proxy.split(".")[0] ?? ""} shows what it lacks`,
  }));
  if (named.length > 0 || istiod.rejected === 0) return named;
  return [
    {
      code: "config-rejected",
      object: `Deployment ${systemNamespace}/istiod`,
      evidence: `pilot_total_xds_rejects ${String(istiod.rejected)}, since istiod started`,
      sentence: `proxies refused what istiod sent ${String(istiod.rejected)} times; which ones do at this moment cannot be told`,
      remedy: `kubectl -n ${systemNamespace} logs -l app=istiod | grep 'ADS:.*NACK\\|ACK ERROR'`,
      severity: "warning",
    },
  ];
}

/**
 * What a finding of the doctor's own is about, for conflicts that it explains better. istiod names hosts, not objects.
 * @param others what was found already
 */
function isExplained(key: string, message: string, others: readonly Hit[]): boolean {
  const codes = [
    "port-captured",
    "route-hidden",
    "host-twice",
    "entries-conflict",
    "rules-do-not-merge",
    "port-two-protocols",
  ];
  return others
    .filter(({ code }) => codes.includes(code))
    .some(({ sentence, evidence }) =>
      `${key} ${message}`
        .split(/[\s:,|]+/)
        .some((word) => word.includes(".") && `${sentence} ${evidence}`.includes(word)),
    );
}

/** Judges what istiod says of itself and of its proxies. */
export function checkIstiod(evidence: Evidence, others: readonly Hit[]): readonly Hit[] {
  const found = (evidence.istiod?.conflicts ?? []).flatMap(({ metric, key, message }) => {
    const what = conflicts[metric];
    if (what === undefined || isExplained(key, message, others)) return [];
    return [
      {
        code: "push-conflict" as const,
        object: key,
        evidence: `${metric}: ${message === "" ? key : message}`,
        sentence: what,
        remedy: `kubectl get virtualservices,destinationrules,serviceentries -A | grep '${key.split(/[:|]/)[0] ?? ""}'`,
      },
    ];
  });
  return [...rejected(evidence), ...found];
}
