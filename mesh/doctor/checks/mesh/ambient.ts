import type { V1Pod } from "@kubernetes/client-node";
import { hasLabels, proxyContainer } from "../../../istio/pods";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { injects, ownPods } from "../../hosts";
import { objectName, type ObjectMetadata } from "../../objects";
import type { AuthorizationPolicy, PolicyRule } from "../../policies";

const modeLabel = "istio.io/dataplane-mode";

/** Whether ztunnel carries a pod's connections. The node agent leaves out whoever has a sidecar. @see cni/pkg/util/podutil.go in istio/istio */
const isAmbient = (pod: V1Pod) =>
  pod.metadata?.annotations?.["ambient.istio.io/redirection"] === "enabled" && proxyContainer(pod) === undefined;

function judgeNamespace({ namespaces }: Evidence, name: string): readonly Hit[] {
  const found = namespaces.find((one): one is ObjectMetadata => one.name === name);
  if (found?.labels?.[modeLabel] !== "ambient" || !injects(found)) return [];
  return [
    {
      code: "ambient-and-sidecar",
      object: `Namespace ${name}`,
      evidence: `${modeLabel}=ambient, and a label for injection`,
      sentence: "its new pods get a sidecar, and ambient mode leaves out pods with a sidecar",
      remedy: `kubectl label namespace ${name} istio-injection- istio.io/rev-; or ${modeLabel}-`,
    },
  ];
}

/** Attributes that ztunnel can tell. @see pilot/pkg/serviceregistry/ambient/authorization.go in istio/istio */
const plainKeys = ["source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port"];
const httpFields = /^((not)?(hosts|methods|paths)|(not)?(remoteIpBlocks|requestPrincipals))$/i;

const httpIn = (fields: Readonly<Record<string, readonly string[] | undefined>> = {}) =>
  Object.entries(fields).flatMap(([name, values = []]) => (httpFields.test(name) && values.length > 0 ? [name] : []));

/** What of a rule only a proxy that reads HTTP can tell. */
const beyondZtunnel = ({ from = [], to = [], when = [] }: PolicyRule): readonly string[] => [
  ...to.flatMap(({ operation }) => httpIn(operation)),
  ...from.flatMap(({ source }) => httpIn(source)),
  ...when.flatMap(({ key = "" }) => (plainKeys.includes(key) ? [] : [key])),
];

function judgePolicy(policy: AuthorizationPolicy, ambient: readonly V1Pod[]): readonly Hit[] {
  const { action = "ALLOW", rules = [], selector, targetRef, targetRefs = [] } = policy.spec;
  const isForZtunnel = targetRef === undefined && targetRefs.length === 0;
  const own = ambient.filter(
    ({ metadata }) =>
      metadata?.namespace === policy.metadata.namespace && hasLabels(metadata?.labels, selector?.matchLabels),
  );
  const fields = [...new Set(rules.flatMap(beyondZtunnel))];
  const isKnown = ["ALLOW", "DENY"].includes(action);
  if (!isForZtunnel || own.length === 0 || (fields.length === 0 && isKnown)) return [];
  const effect = !isKnown
    ? `action ${action} does nothing there`
    : action === "ALLOW"
      ? "rules with them allow nothing, so more is refused than was meant"
      : "they are left out, so it denies more than was meant, or nothing";
  return [
    {
      code: "policy-needs-waypoint",
      object: objectName(policy),
      evidence: `${isKnown ? fields.join(", ") : `action ${action}`}; ${String(own.length)} pods in ambient mode, such as ${own[0]?.metadata?.name ?? ""}`,
      sentence: `ztunnel enforces it, which does not read HTTP: ${effect}`,
      remedy: "a waypoint (istioctl waypoint apply), and targetRefs instead of selector",
    },
  ];
}

/** Judges what mixes ambient mode with sidecars, or asks of it what only a waypoint does. */
export function checkAmbient(evidence: Evidence): readonly Hit[] {
  const ambient = ownPods(evidence).filter(isAmbient);
  return [
    ...evidence.instances.flatMap((name) => judgeNamespace(evidence, name)),
    ...evidence.authorizationPolicies.flatMap((policy) => judgePolicy(policy, ambient)),
  ];
}
