import type { V1Pod } from "@kubernetes/client-node";
import { isIP } from "node:net";
import { faultAnnotations, faultLabel } from "../../mesh/faults/faultObjects";
import { readDump } from "../../mesh/proxyConfig/dump";
import { endpointsOf, type Endpoint } from "../../mesh/proxyConfig/endpoints";
import { httpAnswer, type Conversation } from "../../mesh/why/answer";
import { countedBetween, flagsBetween } from "../../mesh/why/counted";
import type { Evidence, OwnFault } from "../../mesh/why/evidence";
import { localReply } from "../../mesh/why/localReply";
import { openingOf, protocolOf, tellingOpenings } from "../../mesh/why/openings";
import { pathOf, type ProxyPath } from "../../mesh/why/path";
import type { Request } from "../../mesh/why/request";
import { optional } from "../client/errors";
import { listMetadata, type Cluster } from "../client/kubernetesClient";
import { collectionOf } from "../faults/faultObjects";
import { askProxy, placeOf } from "../proxyConfig/askProxy";
import { isUncaptured, pastSidecar, throughSidecar, type Asker, type Unasked } from "./asker";
import { policiesFor } from "./policies";
import { tlsHello } from "./tlsHello";

/** What was found out of a request, and how. */
export interface Investigation {
  readonly evidence: Evidence;
  /** Where each side was asked from; why not, where it was not. */
  readonly through: string;
  readonly past: string;
  /** Ephemeral containers that stay in the pod. */
  readonly left: readonly string[];
  /** The application runs as the proxy's user: nothing of it goes through the sidecar. */
  readonly uncaptured: boolean;
  /** What may not be read, and so is not known. */
  readonly unread: readonly string[];
}

const isAsker = (side: Asker | Unasked): side is Asker => "talk" in side;

/** @returns undefined where they may not be read */
async function readFaults(cluster: Cluster, namespace: string): Promise<readonly OwnFault[] | undefined> {
  // Without the right to see them a fault is still known by the name that the proxy has of it.
  const path = `${collectionOf("VirtualService", namespace)}?labelSelector=${encodeURIComponent(faultLabel)}`;
  const found = await optional(listMetadata(cluster, path));
  return found?.map(({ name, annotations = {} }) => ({
    name,
    effect: annotations[faultAnnotations.effect] ?? "unknown",
    end: annotations[faultAnnotations.end] ?? "unknown",
  }));
}

/** Name and namespace of a Service, from its host in the mesh. */
const serviceOf = (host: string) => /^([^.]+)\.([^.]+)\.svc\./.exec(host)?.slice(1) ?? [];

async function portName(
  cluster: Cluster,
  { own, cluster: found }: ProxyPath,
  port: number,
): Promise<string | undefined> {
  const [name, namespace] = serviceOf((own ?? found)?.host ?? "");
  if (name === undefined || namespace === undefined) return undefined;
  const service = await optional(cluster.core.readNamespacedService({ name, namespace }));
  return service?.spec?.ports?.find((one) => one.port === port)?.name;
}

/** Where the request is asked past the sidecar: the address that Envoy took, else one that it would, else the host itself. */
function pastTarget(
  { request, path, counted }: Pick<Evidence, "request" | "path" | "counted">,
  endpoints: readonly Endpoint[],
): { readonly host: string; readonly port: number } {
  const own = endpoints.filter(({ cluster }) => cluster === path.own?.name);
  const known = own.length > 0 ? own : path.endpoints;
  const taken = known.find(({ address }) => counted.some((one) => one.address === address));
  const [, host, port] = /^(.*):(\d+)$/.exec((taken ?? known[0])?.address ?? "") ?? [];
  return host === undefined ? request : { host, port: Number(port) };
}

/** Whether it is worth finding out what is spoken at the port: somebody was not understood. */
function isStrange(...sides: readonly (Conversation | undefined)[]): boolean {
  return sides.some((side) => {
    const answer = httpAnswer(side?.said ?? "");
    if (answer === undefined) return side !== undefined && !["refused", "unresolved", "unreachable"].includes(side.end);
    return answer.status === 400 || ["UC", "UF", "UPE", "UR"].includes(localReply(answer)?.flag ?? "");
  });
}

/**
 * Asks for a request with and past the sidecar, and reads what the proxy has to do with it.
 * @param say tells a person what goes on
 * @throws ProxySilent where the pod's proxy cannot be asked; ClusterUnreachable
 */
export async function investigate(
  cluster: Cluster,
  pod: V1Pod,
  request: Request,
  say: (line: string) => void,
): Promise<Investigation> {
  const place = placeOf(pod);
  const { host, port } = request;
  const look = async () => {
    const paths = ["/clusters?format=json", "/stats/prometheus?filter=istio_requests_total&usedonly"];
    const [clusters = "", stats = ""] = await Promise.all(paths.map((path) => askProxy(cluster, place, path)));
    return { endpoints: endpointsOf(clusters), stats };
  };
  say("reading the proxy's configuration");
  const throughReady = throughSidecar(cluster, pod);
  const [dumped, before, faults, through, past, hello] = await Promise.all([
    askProxy(cluster, place, "/config_dump"),
    look(),
    readFaults(cluster, place.namespace),
    throughReady,
    // One after the other: each may add a container to the list of the pod's, which is replaced as a whole.
    throughReady.then(() => pastSidecar(cluster, pod)),
    tlsHello(host),
  ]);
  const dump = readDump(dumped);
  const one = isAsker(through) ? through : isAsker(past) ? past : undefined;
  const address = isIP(host) > 0 ? host : ((await one?.talk(host, port, []))?.address ?? "");
  const pathBefore = pathOf(dump, before.endpoints, request, address);
  const tell = async (target: { readonly host: string; readonly port: number }) => {
    if (!isAsker(past)) return undefined;
    const told = await past.talk(target.host, target.port, tellingOpenings(hello));
    return protocolOf(told.conversations);
  };
  let speaks =
    request.kind === "tcp"
      ? await tell(pastTarget({ request, path: pathBefore, counted: [] }, before.endpoints))
      : undefined;
  const isTlsAsked = request.kind === "https" || speaks?.name === "TLS";
  const opening = openingOf(request, isTlsAsked ? hello : (speaks?.hello ?? ""));
  const ask = async (side: Asker | Unasked, to: { readonly host: string; readonly port: number }) =>
    isAsker(side) ? (await side.talk(to.host, to.port, [opening])).conversations[0] : undefined;

  say(`asking ${host}:${String(port)} through the sidecar`);
  const throughWent = await ask(through, request);
  const after = await look();
  const counted = countedBetween(before.endpoints, after.endpoints);
  const path = pathOf(dump, after.endpoints, request, address);
  const target = pastTarget({ request, path, counted }, after.endpoints);
  say(`asking ${target.host}:${String(target.port)} past the sidecar`);
  const pastWent = await ask(past, target);
  if (request.kind !== "tcp" && isStrange(throughWent, pastWent)) speaks = await tell(target);
  const [namespace = place.namespace] = serviceOf((path.own ?? path.cluster)?.host ?? "").slice(1);
  const isDenied =
    localReply(httpAnswer(throughWent?.said ?? "") ?? { status: 0, headers: {}, body: "" })?.flag === "RBAC";
  const policies = isDenied ? await policiesFor(cluster, namespace, target.host) : undefined;
  const calledPort = await portName(cluster, path, port);
  return {
    evidence: {
      request,
      namespace: isDenied ? namespace : place.namespace,
      ...(throughWent === undefined ? {} : { through: throughWent }),
      ...(pastWent === undefined ? {} : { past: pastWent }),
      pastAddress: `${target.host}:${String(target.port)}`,
      ...(speaks === undefined ? {} : { speaks: speaks.name, portName: speaks.portName }),
      path,
      counted: counted.filter(({ address: at }) => path.endpoints.some((endpoint) => endpoint.address === at)),
      flags: flagsBetween(before.stats, after.stats),
      ...(calledPort === undefined ? {} : { calledPort }),
      faults: faults ?? [],
      ...(policies === undefined ? {} : { policies }),
    },
    through: isAsker(through) ? through.from : `not asked: ${through.why}`,
    past: isAsker(past) ? past.from : `not asked: ${past.why}`,
    left: [through, past].flatMap((side) => (isAsker(side) && side.left !== undefined ? [side.left] : [])),
    uncaptured: isUncaptured(pod),
    unread: [
      ...(faults === undefined ? ["VirtualServices: faults are known by the proxy's word alone"] : []),
      ...(isDenied && policies === undefined ? ["AuthorizationPolicies"] : []),
    ],
  };
}
