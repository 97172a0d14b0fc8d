import { httpAnswer } from "./answer";
import { targetOf, type Conclusion, type Evidence } from "./evidence";
import { isFromUpstream, localReply, type LocalReply } from "./localReply";

type Rule = (evidence: Evidence) => Omit<Conclusion, "flag">;

const clusterText = ({ path: { cluster, clusters } }: Evidence) => cluster?.name ?? clusters.join(", ");

const noAddress: Rule = (evidence) => {
  const { endpoints } = evidence.path;
  const { host } = evidence.request;
  if (endpoints.length === 0)
    return {
      verdict: "envoy",
      sentence: `Envoy has no address for ${targetOf(evidence)}: no pod is ready behind it (cluster ${clusterText(evidence)})`,
      remedy: `kubectl get endpointslices -n ${evidence.namespace} -l kubernetes.io/service-name=${host.split(".")[0] ?? host}`,
    };
  const health = endpoints.map((one) => `${one.address} ${one.health}`).join(", ");
  return {
    verdict: "envoy",
    sentence: `Envoy passes over every address of ${targetOf(evidence)}: ${health}`,
    remedy: "look at outlierDetection in its DestinationRule, and at why these pods failed",
  };
};

const noRoute: Rule = ({ request, path }) => {
  const host = request.host;
  if (path.domain === undefined || path.domain === "*")
    return {
      verdict: "envoy",
      sentence: `Envoy has no route for host ${host} on port ${String(request.port)}, and lets nothing out that it does not know`,
      remedy: `a ServiceEntry for ${host}; or meshConfig.outboundTrafficPolicy.mode: ALLOW_ANY`,
    };
  return {
    verdict: "envoy",
    sentence: `no route of ${path.domain} takes the path ${request.path}: a VirtualService for ${host} names other paths only`,
    remedy: `a last rule without "match" in that VirtualService: jam-istio proxy-config <pod> routes --host ${host}`,
  };
};

const noCluster: Rule = ({ path }) => ({
  verdict: "envoy",
  sentence: `${path.route?.object || "its route"} leads to ${path.missing.join(", ") || "a cluster"}, which the proxy does not have`,
  remedy: "a DestinationRule with that subset, or a route without a subset",
});

const noConnection: Rule = (evidence) => {
  const { past, pastAddress, path } = evidence;
  if (past?.end === "refused")
    return {
      verdict: "application",
      sentence: `nothing listens at ${pastAddress}: past the sidecar the connection is refused, too`,
      remedy:
        "look whether the application of the other side is up, listens on that port (targetPort), and on all addresses, not on 127.0.0.1 alone",
    };
  if (past?.end === "unreachable" || past?.end === "silent")
    return {
      verdict: "network",
      sentence: `${pastAddress} gives no answer past the sidecar either`,
      remedy: "look at NetworkPolicies, security groups and routes between the two",
    };
  const tls = path.cluster?.tls === "" || path.cluster === undefined ? "" : `, which it opens with ${path.cluster.tls}`;
  return {
    verdict: "envoy",
    sentence: `no connection of Envoy's to ${pastAddress} comes about${tls}, and one past it does`,
    remedy: `look at mTLS between the two (PeerAuthentication, DestinationRule): jam-istio proxy-config <pod> clusters`,
  };
};

const closed: Rule = (evidence) => {
  const { past, pastAddress } = evidence;
  if (past?.said === "" && ["closed", "reset", "silent"].includes(past.end))
    return {
      verdict: "application",
      sentence: `the application at ${pastAddress} ends the connection without an answer, past the sidecar as well`,
      remedy: "look at its log; and whether the port speaks HTTP at all",
    };
  if (past?.end === "refused") return noConnection(evidence);
  return {
    verdict: "envoy",
    sentence: `the other side ended the connection that Envoy had to ${pastAddress}, and answers past it`,
    remedy:
      "once in a while: its idle timeout is shorter than Envoy's. Always: look at mTLS and at the port's protocol",
  };
};

const byFlag: Readonly<Record<string, Rule>> = {
  UH: noAddress,
  NR: noRoute,
  NC: noCluster,
  UF: noConnection,
  UC: closed,
  UPE: closed,
  UR: closed,
  UO: ({ path }) => ({
    verdict: "envoy",
    sentence: `a limit of ${path.cluster?.object || "the DestinationRule"} is reached (connectionPool)`,
    remedy: "raise trafficPolicy.connectionPool, or find what holds the connections",
  }),
  UT: (evidence) => ({
    verdict: "envoy",
    sentence: `${targetOf(evidence)} did not answer within the timeout of ${evidence.path.route?.object || "its route"}`,
    remedy: `raise "timeout" of that rule, or find out why ${evidence.pastAddress} is slow`,
  }),
};

const otherSide = (reply: LocalReply, evidence: Evidence, status: number) => ({
  verdict: "envoy" as const,
  sentence: `the proxy of the other side answers ${String(status)} (${reply.flag}): ${reply.meaning}`,
  remedy: `ask from there: jam-istio why <pod of ${evidence.request.host}> http://127.0.0.1:<its port>/`,
});

/** An answer that an Envoy made by itself, with its reason. */
export function envoysAnswer(evidence: Evidence): Conclusion | undefined {
  const answer = httpAnswer(evidence.through?.said ?? "");
  const reply = answer === undefined ? undefined : localReply(answer);
  if (answer === undefined || reply === undefined) return undefined;
  if (isFromUpstream(answer.headers)) return { ...otherSide(reply, evidence, answer.status), flag: reply.flag };
  const found = byFlag[reply.flag]?.(evidence);
  const fallback = {
    verdict: "envoy" as const,
    sentence: `Envoy answers ${String(answer.status)} itself: ${reply.meaning}`,
  };
  return { ...(found ?? fallback), flag: reply.flag };
}

/** A connection that Envoy took and ended, or holds, where nothing was said: of TCP and TLS. */
export function envoysEnd(evidence: Evidence): Conclusion | undefined {
  const { through, past, path } = evidence;
  if (through === undefined || through.said !== "" || path.as !== "TCP") return undefined;
  if (path.clusters.includes("BlackHoleCluster"))
    return {
      verdict: "envoy",
      sentence: `Envoy lets nothing out to ${targetOf(evidence)}: it knows no such host, and outboundTrafficPolicy is REGISTRY_ONLY`,
      remedy: `a ServiceEntry for ${evidence.request.host}`,
    };
  if (path.endpoints.length === 0 && path.cluster?.type !== "ORIGINAL_DST" && through.end !== "silent")
    return { ...noAddress(evidence), flag: "UH" };
  if (past === undefined || past.said !== "") return undefined;
  return past.end === "refused" || past.end === "unreachable" ? { ...noConnection(evidence), flag: "UF" } : undefined;
}
