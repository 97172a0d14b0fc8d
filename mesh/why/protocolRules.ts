import { httpAnswer } from "./answer";
import { targetOf, type Conclusion, type Evidence } from "./evidence";
import { localReply } from "./localReply";

/** Flags of an Envoy that did not get on with what answers. */
const misunderstood = ["UC", "UF", "UPE", "UR"];

/** What Envoy takes the port for: by its name, mostly. */
function takenFor({ path, calledPort }: Evidence): string {
  const named = calledPort === undefined ? "" : ` (its port is named "${calledPort}")`;
  return `${path.cluster?.protocol ?? "HTTP"}${named}`;
}

/** The port speaks something else than Envoy takes it for; Envoy hangs up, and the caller sees a 502 or 503. */
export function wrongProtocol(evidence: Evidence): Conclusion | undefined {
  const { through, past, speaks, portName, path, calledPort } = evidence;
  const answer = httpAnswer(through?.said ?? "");
  const flag = answer === undefined ? undefined : localReply(answer)?.flag;
  if (path.as !== "HTTP" || speaks === undefined || speaks === "TLS") return undefined;
  const isHttp2 = speaks === "HTTP/2";
  if (isHttp2 && path.cluster?.protocol === "HTTP/2") return undefined;
  // An Envoy that reads something else than HTTP on its own side answers 400.
  const isRefused = answer?.status === 400 && evidence.request.kind === "tcp";
  if (!isRefused && (answer === undefined ? through?.said !== "" : !misunderstood.includes(flag ?? "")))
    return undefined;
  if (past === undefined) return undefined;
  const name = `${portName ?? "tcp"}-${speaks.toLowerCase().replace(/[^a-z0-9]+/g, "")}`;
  return {
    verdict: "protocol",
    ...(flag === undefined ? {} : { flag }),
    sentence: `not HTTP at all: ${speaks} answers at ${targetOf(evidence)}, and Envoy speaks ${takenFor(evidence)} to it, so it blocks the request`,
    remedy: `${calledPort === undefined ? "name the Service's port" : `rename the port "${calledPort}" of the Service to`} "${name}", or give it appProtocol: ${portName ?? "tcp"}`,
  };
}

/** The port speaks something else than HTTP, and Envoy carries it as it is. */
export function notHttp(evidence: Evidence): Conclusion | undefined {
  const { request, through, past, speaks, path } = evidence;
  if (request.kind !== "http" || speaks === undefined || path.as === "HTTP") return undefined;
  const said = through?.said ?? past?.said ?? "";
  if (httpAnswer(said) !== undefined) return undefined;
  return {
    verdict: "protocol",
    sentence: `not HTTP at all: ${speaks} answers at ${targetOf(evidence)}, and Envoy carries it as TCP without looking into it`,
    remedy: `ask it as what it is: ${request.host}:${String(request.port)} instead of the URL`,
  };
}

/** One of both sides speaks TLS, and the other does not. */
export function tlsMismatch(evidence: Evidence): Conclusion | undefined {
  const { through, past, speaks, path } = evidence;
  const answer = httpAnswer(through?.said ?? "");
  const flag = answer === undefined ? undefined : localReply(answer)?.flag;
  if (answer === undefined || past === undefined) return undefined;
  const { tls = "", object = "" } = path.cluster ?? {};
  const at = evidence.pastAddress;
  if (misunderstood.includes(flag ?? "") && tls !== "" && httpAnswer(past.said) !== undefined)
    return {
      verdict: "envoy",
      ...(flag === undefined ? {} : { flag }),
      sentence: `Envoy speaks ${tls} to ${targetOf(evidence)} (by ${object}), and ${at} answers plain HTTP: blocked by Envoy`,
      remedy: `trafficPolicy.tls.mode: DISABLE in ${object}; or let the other side speak TLS`,
    };
  // Servers say so themselves with a 400, or hang up.
  if (speaks !== "TLS" || tls !== "" || path.as !== "HTTP") return undefined;
  return {
    verdict: "protocol",
    ...(flag === undefined ? {} : { flag }),
    sentence: `${at} speaks TLS, and Envoy sends plain HTTP to it`,
    remedy:
      "ask it by https:// on a port that is named https; or a DestinationRule with trafficPolicy.tls.mode: SIMPLE",
  };
}
