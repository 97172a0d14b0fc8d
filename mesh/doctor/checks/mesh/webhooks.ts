import { hasLabels, isReady } from "../../../istio/pods";
import { systemNamespace } from "../../../istio/names";
import type { Evidence, Webhook } from "../../evidence";
import type { Hit } from "../../finding";

/** Whether a webhook is of a control plane: by where its Service is, and by what Istio calls its configurations. */
const isMesh = ({ configuration: { name }, service }: Webhook) =>
  service !== undefined && (service.namespace === systemNamespace || /^istio/.test(name));

const objectOf = ({ kind, configuration }: Webhook) => `${kind} ${configuration.name}`;

function judge(webhook: Webhook, { services, pods }: Evidence, authorities: ReadonlySet<string>): readonly Hit[] {
  const { service = { name: "", namespace: "" }, failurePolicy, caBundle, kind, configuration } = webhook;
  const about = { object: objectOf(webhook) };
  const must = failurePolicy === "Fail";
  const place = `${service.namespace}/${service.name}`;
  const what = kind.startsWith("Mutating") ? "no pod starts where it injects" : "no Istio object can be changed";
  const found = services.find(
    ({ metadata }) => metadata?.name === service.name && metadata.namespace === service.namespace,
  );
  if (found === undefined)
    return [
      {
        ...about,
        code: "webhook-left",
        evidence: `webhook ${webhook.name} calls Service ${place}, which is not there`,
        sentence: `it is left of a control plane that is gone${must ? `, and must answer: ${what}` : ""}`,
        remedy: `kubectl delete ${kind.toLowerCase()} ${configuration.name}`,
        severity: must ? "error" : "warning",
      },
    ];
  const behind = pods.filter(
    (pod) =>
      pod.metadata?.namespace === service.namespace &&
      isReady(pod) &&
      found.spec?.selector !== undefined &&
      hasLabels(pod.metadata.labels, found.spec.selector),
  );
  if (behind.length === 0 && must)
    return [
      {
        ...about,
        code: "webhook-unserved",
        evidence: `webhook ${webhook.name}, failurePolicy Fail; no pod of Service ${place} is ready`,
        sentence: `it must answer and nobody is there to: ${what}`,
        remedy: `kubectl -n ${service.namespace} get pods; bring the control plane back`,
      },
    ];
  if (caBundle !== "" && authorities.size < 2) return [];
  return [
    {
      ...about,
      code: "webhook-authority",
      evidence: `webhook ${webhook.name}: ${caBundle === "" ? "caBundle is empty" : `webhooks of Service ${place} have ${String(authorities.size)} authorities`}`,
      sentence: `${caBundle === "" ? "it has no certificate authority" : "it has another certificate authority than the others of its control plane"}: calls of it fail${must ? `, and ${what}` : ""}`,
      remedy: `kubectl -n ${service.namespace} rollout restart deployment/${service.name}`,
      severity: must ? "error" : "warning",
    },
  ];
}

/** Judges the webhooks of the mesh, one finding a configuration. */
export function checkWebhooks(evidence: Evidence): readonly Hit[] {
  const own = evidence.webhooks.filter(isMesh);
  const byService = new Map<string, Set<string>>();
  for (const { service, caBundle } of own) {
    const key = `${service?.namespace ?? ""}/${service?.name ?? ""}`;
    byService.set(key, (byService.get(key) ?? new Set()).add(caBundle));
  }
  const hits = own.flatMap((webhook) => {
    const { service } = webhook;
    const bundles = byService.get(`${service?.namespace ?? ""}/${service?.name ?? ""}`) ?? new Set<string>();
    // The empty ones are named as such.
    return judge(webhook, evidence, new Set([...bundles].filter((one) => one !== "")));
  });
  return hits.filter(
    (hit, at) => hits.findIndex(({ object, code }) => object === hit.object && code === hit.code) === at,
  );
}
