import { isReady } from "../../../istio/pods";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownServices, podsOf, serviceName } from "../../hosts";

/** Judges whether there is somebody behind a Service: its pods are there, and none is ready. One scaled to nothing is none. */
export function checkEndpoints(evidence: Evidence): readonly Hit[] {
  return ownServices(evidence).flatMap((service) => {
    const selected = podsOf(service, evidence.pods);
    if (selected.length === 0 || selected.some(isReady) || service.spec?.publishNotReadyAddresses === true) return [];
    const [name, namespace] = [service.metadata?.name ?? "", service.metadata?.namespace ?? ""];
    const [pod] = selected;
    return [
      {
        code: "no-endpoints" as const,
        object: serviceName(service),
        evidence: `0 of ${String(selected.length)} pods are ready, such as ${pod?.metadata?.name ?? ""} (${pod?.status?.phase ?? "unknown"})`,
        sentence: `none of its pods is ready: calls to ${name} end with 503`,
        remedy: `kubectl -n ${namespace} describe pod ${pod?.metadata?.name ?? ""}`,
      },
    ];
  });
}
