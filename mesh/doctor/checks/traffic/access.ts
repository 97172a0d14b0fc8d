import type { V1Pod, V1Service } from "@kubernetes/client-node";
import { portKind } from "../../../faults/ports";
import { systemNamespace } from "../../../istio/names";
import { hasLabels, isReady, proxyContainer } from "../../../istio/pods";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownServices, podsOf, serviceName } from "../../hosts";
import { objectName } from "../../objects";
import type { AuthorizationPolicy, PolicyRule, PolicySource } from "../../policies";

/** The policies that a pod's sidecar enforces. @see https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
const policiesFor = ({ metadata }: V1Pod, all: readonly AuthorizationPolicy[]) =>
  all.filter(
    (one) =>
      [metadata?.namespace, systemNamespace].includes(one.metadata.namespace) &&
      hasLabels(metadata?.labels, one.spec.selector?.matchLabels) &&
      // Those with a target are for waypoints and gateways.
      one.spec.targetRef === undefined &&
      (one.spec.targetRefs ?? []).length === 0 &&
      one.metadata.annotations?.["istio.io/dry-run"] !== "true",
  );

/** The namespace that a source names as a whole; `undefined` for a pattern, or where it names none. */
const namespaceIn = (principal: string) => /^[^*/]+\/ns\/([^*/]+)\/sa\/[^/]*$/.exec(principal)?.[1];

/** The namespaces that a source has to be of, where it says so without a pattern. */
function namespacesOf(source: PolicySource): readonly string[] {
  const named = source["namespaces"] ?? [];
  if (named.length > 0 && named.every((one) => !one.includes("*"))) return named;
  const principals = (source["principals"] ?? []).map(namespaceIn);
  return principals.every((one) => one !== undefined) ? principals : [];
}

/** Why a rule of an ALLOW policy allows nobody; `undefined`: it may allow somebody. */
function nobodyBy({ from = [] }: PolicyRule, { pods, podsUnseen }: Evidence): string | undefined {
  if (from.length === 0 || podsUnseen) return undefined;
  const populated = new Set(pods.map(({ metadata }) => metadata?.namespace));
  const empty = from.map(({ source = {} }) => {
    const named = namespacesOf(source);
    return named.length > 0 && !named.some((one) => populated.has(one)) ? named : undefined;
  });
  if (empty.includes(undefined)) return undefined;
  return `no pod runs in namespace ${[...new Set(empty.flat())].join(", ")}`;
}

/** Fields that only a request of HTTP has: on a TCP port a rule of an ALLOW policy with one of them allows nothing. */
const ofHttp = {
  operation: /^(not)?(hosts|methods|paths)$/i,
  source: /^(not)?requestPrincipals$/i,
  when: /^request\./,
};

/** @see https://istio.io/latest/docs/reference/config/security/authorization-policy/ and pilot/pkg/security/authz/model in istio/istio */
function needsHttp({ from = [], to = [], when = [] }: PolicyRule): boolean {
  const has = (fields: Readonly<Record<string, unknown>> = {}, pattern: RegExp) =>
    Object.entries(fields).some(([name, values]) => pattern.test(name) && Array.isArray(values) && values.length > 0);
  // Envoy gets a rule as a whole, or not at all.
  return (
    to.some(({ operation }) => has(operation, ofHttp.operation)) ||
    from.some(({ source }) => has(source, ofHttp.source)) ||
    when.some(({ key = "" }) => ofHttp.when.test(key))
  );
}

const isForAll = ({ from = [], to = [], when = [] }: PolicyRule) => from.length + to.length + when.length === 0;

const names = (all: readonly AuthorizationPolicy[]) => all.map(objectName).join(", ");
const actionOf = ({ spec }: AuthorizationPolicy) => spec.action ?? "ALLOW";

/** Why no call of a Service can be let through by the sidecars behind it. */
function closedBy(service: V1Service, pod: V1Pod, evidence: Evidence): string | undefined {
  const own = policiesFor(pod, evidence.authorizationPolicies);
  const deny = own.filter((one) => actionOf(one) === "DENY" && (one.spec.rules ?? []).some(isForAll));
  if (deny.length > 0) return `${names(deny)} denies every call`;
  const allow = own.filter((one) => actionOf(one) === "ALLOW");
  if (allow.length === 0) return undefined;
  const rules = allow.flatMap(({ spec }) => spec.rules ?? []);
  if (rules.length === 0) return `${names(allow)} allows nothing, and no other policy allows anything`;
  const ports = service.spec?.ports ?? [];
  const isTcp = ports.length > 0 && ports.every((one) => ["tcp", "tls"].includes(portKind(one, evidence.layout)));
  if (isTcp && rules.every(needsHttp))
    return `${names(allow)} allows by what HTTP alone has, and all of its ports are TCP`;
  return undefined;
}

function judgeService(service: V1Service, evidence: Evidence): readonly Hit[] {
  const pods = podsOf(service, evidence.pods).filter((one) => isReady(one) && proxyContainer(one) !== undefined);
  const why = pods.map((pod) => closedBy(service, pod, evidence));
  const [first] = why;
  if (first === undefined || why.includes(undefined)) return [];
  return [
    {
      code: "all-denied",
      object: serviceName(service),
      evidence: first,
      sentence: `its sidecars refuse every call (403, or a reset on TCP ports): ${first}`,
      remedy: "an AuthorizationPolicy with action ALLOW for its callers, or remove the one that is left",
    },
  ];
}

/** Policies that are to allow callers of which there are none. */
function judgePolicy(policy: AuthorizationPolicy, evidence: Evidence): readonly Hit[] {
  const { rules = [], targetRef, targetRefs = [] } = policy.spec;
  if (actionOf(policy) !== "ALLOW" || rules.length === 0 || targetRef !== undefined || targetRefs.length > 0) return [];
  const why = rules.map((rule) => nobodyBy(rule, evidence));
  if (why.includes(undefined)) return [];
  return [
    {
      code: "policy-allows-nobody",
      object: objectName(policy),
      evidence: [...new Set(why)].join("; "),
      sentence: `it allows nobody (${why[0] ?? ""}), and by being there it refuses everybody whom no other policy allows`,
      remedy: "name the namespaces and service accounts of those that call: kubectl get pods -A",
    },
  ];
}

/** Judges what AuthorizationPolicies of sidecars refuse. */
export function checkAccess(evidence: Evidence): readonly Hit[] {
  const own = evidence.authorizationPolicies.filter((one) => evidence.instances.includes(one.metadata.namespace ?? ""));
  return [
    ...ownServices(evidence).flatMap((service) => judgeService(service, evidence)),
    ...own.flatMap((policy) => judgePolicy(policy, evidence)),
  ];
}
