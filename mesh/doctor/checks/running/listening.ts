import type { V1Pod, V1Service } from "@kubernetes/client-node";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownServices, podName, podsOf, serviceName, targetOf } from "../../hosts";
import type { Listener } from "../../running/evidence";
import { sidecarFor } from "../../sidecars";

/** Whether a Sidecar itself leads a port on, to wherever the application is. */
function isLedOn(port: number, { metadata }: V1Pod, { sidecars }: Evidence): boolean {
  const sidecar = sidecarFor(metadata?.namespace ?? "", sidecars, metadata?.labels ?? {});
  return (sidecar?.spec.ingress ?? []).some((one) => one.port?.number === port);
}

/**
 * A port of a Service whose pods listen on their loopback alone. From Istio 1.10 on the sidecar calls the application at the pod's own
 * address; before, at 127.0.0.1.
 * @see https://github.com/istio/istio releasenotes/notes/inbound-passthrough.yaml
 */
function judge(service: V1Service, pod: V1Pod, listeners: readonly Listener[], evidence: Evidence): readonly Hit[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const target = port.protocol === "UDP" ? undefined : targetOf(port, pod);
    const own = listeners.filter((one) => one.port === target);
    if (target === undefined || own.length === 0 || own.some(({ local }) => !local) || isLedOn(target, pod, evidence))
      return [];
    return [
      {
        code: "listens-locally" as const,
        object: serviceName(service),
        evidence: `/proc/net/tcp of pod ${pod.metadata?.name ?? ""}: port ${String(target)} on the loopback alone`,
        sentence: `port ${String(port.port)} leads to ${String(target)}, where its application listens on 127.0.0.1 alone: calls are refused (503 UF)`,
        remedy: "let the application listen on 0.0.0.0 (or ::)",
      },
    ];
  });
}

/** Judges where the applications of the instances listen. */
export function checkListening(evidence: Evidence): readonly Hit[] {
  if (evidence.layout === "classic") return [];
  return ownServices(evidence).flatMap((service) =>
    podsOf(service, evidence.pods).flatMap((pod) => {
      const asked = evidence.listening.find((one) => podName(pod) === `Pod ${one.pod}`);
      return asked === undefined ? [] : judge(service, pod, asked.listeners, evidence);
    }),
  );
}
