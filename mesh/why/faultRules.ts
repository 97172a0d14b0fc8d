import { endLine, fakeService, faultNames, hangHost } from "../faults/faultObjects";
import { faultText } from "../proxyConfig/faults";
import { clusterName } from "../proxyConfig/names";
import { httpAnswer } from "./answer";
import { targetOf, type Conclusion, type Evidence, type OwnFault } from "./evidence";
import { isFromUpstream, localReply } from "./localReply";

const untilText = ({ end }: OwnFault) => (end === "none" ? "until it is removed" : `until ${end}`);

/** A fault that this program injected, by its VirtualService. */
function ofOurs(evidence: Evidence, own: OwnFault | undefined, object: string, flag: string): Conclusion {
  const what =
    own === undefined ? `${object}, whose object is gone from the cluster` : `${own.effect}; ${untilText(own)}`;
  return {
    verdict: "fault",
    flag,
    sentence: `a fault of jam-istio is in the way: ${what} (${object})`,
    remedy: endLine(evidence.namespace),
  };
}

function faultBy(evidence: Evidence, object: string, what: string, flag: string): Conclusion {
  const name = object.split("/").at(-1) ?? "";
  if (new RegExp(`^${faultNames}$`).test(name))
    return ofOurs(
      evidence,
      evidence.faults.find((one) => one.name === name),
      object,
      flag,
    );
  return {
    verdict: "fault",
    flag,
    sentence: `${object || "a rule of the proxy"} injects a fault into it: ${what}`,
    remedy: `take "fault" out of ${object || "the rule"}, if it is not meant`,
  };
}

const seconds = (delay: string) => Number.parseFloat(delay);

/** An HTTP fault: an answer that Envoy makes, or a wait. */
export function httpFault(evidence: Evidence): Conclusion | undefined {
  const { through, path } = evidence;
  const { fault, object = "" } = path.route ?? {};
  if (through === undefined) return undefined;
  const answer = httpAnswer(through.said);
  const isOwn = answer !== undefined && !isFromUpstream(answer.headers);
  if (answer !== undefined && isOwn && (localReply(answer)?.flag === "FI" || fault?.abort === answer.status))
    return faultBy(evidence, object, fault === undefined ? `answers ${String(answer.status)}` : faultText(fault), "FI");
  // A tenth below: both clocks tick in their own way.
  if (fault?.delay !== undefined && through.ms >= seconds(fault.delay) * 900)
    return faultBy(evidence, object, faultText(fault), "DI");
  return undefined;
}

/** A fault of TCP: connections lead to a Service that nobody is behind, or to an address where nobody answers. */
export function tcpFault(evidence: Evidence): Conclusion | undefined {
  const hosts = evidence.path.clusters.map((name) => clusterName(name)?.host ?? "");
  if (!hosts.some((host) => host.startsWith(`${fakeService}.`) || host === hangHost)) return undefined;
  const [label = ""] = evidence.request.host.split(".");
  const acting = evidence.faults.filter(
    ({ name }) => name.includes(`-${label}-`) || name.startsWith("fault-external-"),
  );
  const own = acting.length > 0 ? acting : evidence.faults;
  const [first] = own;
  if (own.length === 1 && first !== undefined)
    return ofOurs(evidence, first, `VirtualService ${evidence.namespace}/${first.name}`, "UH");
  return {
    verdict: "fault",
    flag: "UH",
    sentence: `a fault of jam-istio is in the way: ${targetOf(evidence)} leads to nobody (${
      own.map(({ name, effect }) => `${name}: ${effect}`).join("; ") || "its object is gone from the cluster"
    })`,
    remedy: endLine(evidence.namespace),
  };
}
