import { hasLabels, isReady } from "../../istio/pods";
import { isLive } from "../../istio/proxies";
import type { Evidence } from "../evidence";
import type { Hit } from "../finding";
import { ownServices, podsOf, serviceName } from "../hosts";
import { objectName } from "../objects";

/** Services whose pods are there, and none of them is ready. One that somebody scaled to nothing is none. */
function judgeServices(evidence: Evidence): readonly Hit[] {
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

/** Gateways of the instances that no pod serves. */
function judgeGateways({ gateways, pods, instances }: Evidence): readonly Hit[] {
  return gateways
    .filter(({ metadata }) => instances.includes(metadata.namespace ?? ""))
    .flatMap((gateway) => {
      const { selector = {} } = gateway.spec;
      const asked = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
      // Without a selector every gateway serves it.
      if (asked.length === 0 || pods.some((pod) => isLive(pod) && hasLabels(pod.metadata?.labels, selector))) return [];
      return [
        {
          code: "gateway-without-pods" as const,
          object: objectName(gateway),
          evidence: `selector ${asked.join(",")}`,
          sentence: "its selector takes no pod of the cluster: nobody serves its hosts",
          remedy: `give it the labels of a gateway's pods: kubectl get pods -A --show-labels | grep gateway`,
        },
      ];
    });
}

/** Judges whether there is somebody behind what is called. */
export const checkEndpoints = (evidence: Evidence): readonly Hit[] => [
  ...judgeServices(evidence),
  // Whose pods may be seen in part only has no proof of there being none.
  ...(evidence.podsUnseen ? [] : judgeGateways(evidence)),
];
