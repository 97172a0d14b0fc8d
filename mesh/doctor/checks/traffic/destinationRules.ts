import { hasLabels, proxyContainer } from "../../../istio/pods";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownersByHost, podsOf, type ServiceOwner } from "../../hosts";
import { objectName, type DestinationRule, type PeerAuthentication } from "../../objects";
import { fullHost, rulesFor } from "../../whoWins";

const root = "istio-system";

/** Modes of mTLS, the nearest first: of these pods, of their namespace, of the mesh. */
function serverMode(
  labels: Readonly<Record<string, string>> | undefined,
  namespace: string,
  all: readonly PeerAuthentication[],
) {
  const modeOf = (one: PeerAuthentication | undefined) => {
    const mode = one?.spec.mtls?.mode;
    return mode === "UNSET" ? undefined : mode;
  };
  const own = all.filter(({ metadata }) => metadata.namespace === namespace);
  const ofPods = own.find(
    ({ spec }) => spec.selector?.matchLabels !== undefined && hasLabels(labels, spec.selector.matchLabels),
  );
  const whole = ({ spec: { selector } }: PeerAuthentication) => selector === undefined;
  const ofMesh = all.find((one) => one.metadata.namespace === root && whole(one));
  return modeOf(ofPods) ?? modeOf(own.find(whole)) ?? modeOf(ofMesh) ?? "PERMISSIVE";
}

/** Every TLS mode that a rule asks for. */
const modesOf = ({ spec: { trafficPolicy, subsets = [] } }: DestinationRule) => [
  ...new Set(
    [trafficPolicy, ...subsets.map((one) => one.trafficPolicy)]
      .flatMap((policy) => [policy?.tls?.mode, ...(policy?.portLevelSettings ?? []).map(({ tls }) => tls?.mode)])
      .filter((mode) => mode !== undefined),
  ),
];

function judgeTls(rule: DestinationRule, { service }: ServiceOwner, evidence: Evidence): readonly Hit[] {
  const pods = podsOf(service, evidence.pods);
  if (pods.length === 0) return [];
  const namespace = service.metadata?.namespace ?? "";
  const mode = serverMode(pods[0]?.metadata?.labels, namespace, evidence.peerAuthentications);
  const bare = pods.filter((pod) => proxyContainer(pod) === undefined);
  const about = { code: "tls-modes-differ" as const, object: objectName(rule) };
  const host = fullHost(rule.spec.host ?? "", rule.metadata.namespace);
  return modesOf(rule).flatMap((asked): readonly Hit[] => {
    if (["DISABLE", "SIMPLE"].includes(asked) && mode === "STRICT" && bare.length < pods.length)
      return [
        {
          ...about,
          evidence: `tls.mode ${asked}; the pods of ${host} have mode STRICT`,
          sentence: `it makes callers of ${host} speak without Istio's mTLS, which its pods refuse: connections are reset`,
          remedy: "remove trafficPolicy.tls: sidecars choose mTLS by themselves; or give mode ISTIO_MUTUAL",
        },
      ];
    if (asked === "ISTIO_MUTUAL" && (mode === "DISABLE" || bare.length === pods.length))
      return [
        {
          ...about,
          evidence: `tls.mode ${asked}; ${mode === "DISABLE" ? `the pods of ${host} have mode DISABLE` : `no pod of ${host} has a sidecar`}`,
          sentence: `it makes callers of ${host} speak Istio's mTLS, which nobody there understands`,
          remedy: "remove trafficPolicy.tls: sidecars choose mTLS by themselves",
        },
      ];
    return [];
  });
}

/** What of the rules for one host does not come together. */
function judgeMerge(rules: readonly DestinationRule[], host: string): readonly Hit[] {
  const [first, ...rest] = rules.filter(({ spec: { workloadSelector } }) => workloadSelector === undefined);
  if (first === undefined) return [];
  const exportOf = ({ spec: { exportTo = ["*"] } }: DestinationRule) => [...exportTo].sort().join(",");
  return rest.flatMap((rule) => {
    const twice = (rule.spec.subsets ?? []).find(({ name }) =>
      (first.spec.subsets ?? []).some((one) => one.name === name),
    );
    const why =
      exportOf(rule) !== exportOf(first)
        ? `exportTo ${exportOf(first)} and ${exportOf(rule)} differ: from Istio 1.24 on one of the two takes effect alone`
        : first.spec.trafficPolicy !== undefined && rule.spec.trafficPolicy !== undefined
          ? "both have a trafficPolicy: that of the older one takes effect"
          : twice !== undefined && `both have the subset ${twice.name ?? ""}: that of the older one takes effect`;
    if (why === false) return [];
    return [
      {
        code: "rules-do-not-merge" as const,
        object: objectName(rule),
        evidence: `${objectName(first)} is for host ${host}, too`,
        sentence: `it does not come together with ${objectName(first)}: ${why}`,
        remedy: "make one DestinationRule of the two",
      },
    ];
  });
}

/** Subsets of a rule that no pod is in, where somebody routes to them. */
function judgeSubsets(rule: DestinationRule, { service }: ServiceOwner, evidence: Evidence): readonly Hit[] {
  const host = fullHost(rule.spec.host ?? "", rule.metadata.namespace);
  const pods = podsOf(service, evidence.pods);
  const routed = new Set(
    evidence.virtualServices.flatMap(({ metadata, spec: { http = [], tcp = [], tls = [] } }) =>
      [...http, ...tcp, ...tls]
        .flatMap(({ route = [] }) => route)
        .filter(({ destination }) => fullHost(destination?.host ?? "", metadata.namespace) === host)
        .map(({ destination }) => destination?.subset),
    ),
  );
  return (rule.spec.subsets ?? [])
    .filter(({ name, labels }) => routed.has(name) && !pods.some(({ metadata }) => hasLabels(metadata?.labels, labels)))
    .map(({ name = "", labels = {} }) => ({
      code: "subset-empty" as const,
      object: objectName(rule),
      evidence: `labels ${Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(",")}; ${String(pods.length)} pods of ${host}`,
      sentence: `no pod of ${host} is in subset ${name}, and a VirtualService routes to it: these requests end with 503`,
      remedy: "correct the subset's labels, or route to another",
    }));
}

/** Judges the instances' DestinationRules. */
export function checkDestinationRules(evidence: Evidence): readonly Hit[] {
  const { instances, destinationRules } = evidence;
  const owners = ownersByHost(evidence);
  const isOwn = ({ metadata }: { readonly metadata: { readonly namespace?: string } }) =>
    instances.includes(metadata.namespace ?? "");
  const own = destinationRules.filter(isOwn);
  const ofServices = own.flatMap((rule) => {
    const owner = owners.get(fullHost(rule.spec.host ?? "", rule.metadata.namespace))?.find((one) => "service" in one);
    if (owner === undefined) return [];
    const service = owner as ServiceOwner;
    return [...judgeTls(rule, service, evidence), ...judgeSubsets(rule, service, evidence)];
  });
  const hosts = new Set(
    own.map(({ metadata, spec: { host = "" } }) => `${metadata.namespace ?? ""} ${fullHost(host, metadata.namespace)}`),
  );
  const merged = [...hosts].flatMap((key) => {
    const [namespace = "", host = ""] = key.split(" ");
    return judgeMerge(rulesFor(host, namespace, namespace, own), host);
  });
  return [...ofServices, ...merged];
}
