import { httpAnswer } from "./answer";
import { envoysAnswer, envoysEnd } from "./envoyRules";
import { targetOf, type Conclusion, type Evidence } from "./evidence";
import { httpFault, tcpFault } from "./faultRules";
import { isFromUpstream } from "./localReply";
import { policy } from "./policyRules";
import { notHttp, tlsMismatch, wrongProtocol } from "./protocolRules";

type Rule = (evidence: Evidence) => Conclusion | undefined;

const noName: Rule = ({ through, past, request: { host } }) =>
  (through ?? past)?.end !== "unresolved"
    ? undefined
    : {
        verdict: "network",
        sentence: `the name ${host} has no address in the pod: the request does not get as far as Envoy`,
        remedy: `look for a typing error; of another namespace it is ${host.split(".")[0] ?? host}.<namespace>`,
      };

/** Where the application's side could not be asked, what is past the sidecar is all that is known. */
const halfSeen: Rule = (evidence) => {
  const { through, past, pastAddress } = evidence;
  if (through !== undefined) return undefined;
  if (past === undefined)
    return { verdict: "unknown", sentence: "neither side could be asked; only the configuration was read" };
  return past.said === "" && past.end !== "open" && past.end !== "silent"
    ? {
        verdict: "application",
        sentence: `past the sidecar ${pastAddress} does not answer (${past.end}), so the cause is not Envoy`,
      }
    : {
        verdict: "unknown",
        sentence: `${pastAddress} answers past the sidecar; from the application's side it could not be asked`,
      };
};

const applicationsAnswer: Rule = (evidence) => {
  const { through, past, pastAddress } = evidence;
  const [answer, other] = [through, past].map((one) => httpAnswer(one?.said ?? ""));
  if (answer === undefined) return undefined;
  if (answer.status < 400)
    return {
      verdict: "well",
      sentence: `${targetOf(evidence)} answers ${String(answer.status)} through the sidecar: nothing is in the way`,
    };
  const same = other?.status === answer.status ? `, past the sidecar as well` : "";
  const beyond = isFromUpstream(answer.headers) ? "" : " (its answer has no mark of Envoy's)";
  if (other !== undefined && other.status < 400)
    return {
      verdict: "application",
      sentence: `${targetOf(evidence)} itself answers ${String(answer.status)}, and ${String(other.status)} to the same request past the sidecar at ${pastAddress}: another of its pods, its own sidecar, or what it makes of Envoy's headers`,
      remedy: "ask again, and look at the log of each of its pods",
    };
  return {
    verdict: "application",
    sentence: `the application answers ${String(answer.status)} itself${same}${beyond}: Envoy only carries it`,
    remedy: "look at the log of the other side",
  };
};

/** TCP and TLS: what is said through the sidecar is what is said past it, or is not. */
const carried: Rule = (evidence) => {
  const { through, past, speaks, pastAddress } = evidence;
  if (through === undefined || httpAnswer(through.said) !== undefined) return undefined;
  if (through.said !== "")
    return {
      verdict: "well",
      sentence: `${speaks ?? "something"} answers at ${targetOf(evidence)} through the sidecar: nothing is in the way${
        speaks === "TLS" ? "; what is inside TLS the mesh does not see" : ""
      }`,
    };
  if (through.end === "refused" || past?.end === "refused")
    return { verdict: "application", sentence: `nothing listens at ${pastAddress}: the connection is refused` };
  if (past === undefined)
    return { verdict: "unknown", sentence: `the connection ends without a word (${through.end})` };
  if (past.said !== "")
    return {
      verdict: "envoy",
      sentence: `${speaks ?? "something"} answers at ${pastAddress} past the sidecar, and nothing comes through it (${through.end}): blocked by Envoy`,
      remedy: "jam-istio proxy-log <pod> --level debug shows each step of a connection",
    };
  if (through.end === past.end && (past.end === "silent" || past.end === "open"))
    return {
      verdict: evidence.request.kind === "tcp" ? "well" : "application",
      sentence: `${pastAddress} takes the connection and says nothing, with and past the sidecar alike`,
    };
  return {
    verdict: "application",
    sentence: `${pastAddress} ends the connection without a word, with and past the sidecar alike`,
  };
};

/** The first that has something to say is right: what explains most stands above. */
const rules: readonly Rule[] = [
  noName,
  halfSeen,
  httpFault,
  tcpFault,
  policy,
  wrongProtocol,
  tlsMismatch,
  notHttp,
  envoysAnswer,
  envoysEnd,
  applicationsAnswer,
  carried,
];

/** Why a request goes as it does, in one sentence. */
export function conclude(evidence: Evidence): Conclusion {
  for (const rule of rules) {
    const found = rule(evidence);
    if (found !== undefined) return found;
  }
  return { verdict: "unknown", sentence: "nothing that is known explains it" };
}
