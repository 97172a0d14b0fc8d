import { httpAnswer } from "./answer";
import { targetOf, type Conclusion, type Evidence } from "./evidence";
import { isFromUpstream, localReply } from "./localReply";

const listed = (names: readonly string[], or: string) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${or} ${names.at(-1) ?? ""}`;

/** The policies that can have said no. @see https://istio.io/latest/docs/concepts/security/#implicit-enablement */
function whoRefuses({ policies, namespace }: Evidence): { readonly who: string; readonly remedy: string } {
  const list = `kubectl get authorizationpolicies -n ${namespace} -o yaml`;
  if (policies === undefined)
    return { who: "AuthorizationPolicies may not be read, so which one is not known", remedy: list };
  const names = (action: string) => policies.filter((one) => one.action === action).map(({ name }) => name);
  const [deny, custom, allow] = [names("DENY"), names("CUSTOM"), names("ALLOW")];
  if (deny.length + custom.length + allow.length === 0)
    return { who: "no AuthorizationPolicy that can be seen is for it", remedy: list };
  const parts = [
    ...(deny.length === 0 ? [] : [`${listed(deny, "or")} denies it`]),
    ...(custom.length === 0 ? [] : [`the authorizer of ${listed(custom, "or")} denies it`]),
    ...(allow.length === 0
      ? []
      : [
          `${allow.length === 1 ? "" : "none of "}${listed(allow, "and")} ${allow.length === 1 ? "does not allow it" : "allows it"}`,
        ]),
  ];
  const [first = ""] = [...deny, ...custom, ...allow];
  return {
    who: parts.join(", or "),
    remedy: `kubectl describe ${first.replace(/^(\w+) ([^/]+)\/(.*)$/, "$1 $3 -n $2")}`,
  };
}

/** An AuthorizationPolicy that refuses the request. */
export function policy(evidence: Evidence): Conclusion | undefined {
  const answer = httpAnswer(evidence.through?.said ?? "");
  if (answer === undefined || localReply(answer)?.flag !== "RBAC") return undefined;
  const where = isFromUpstream(answer.headers) ? "the proxy of the other side" : "the pod's own proxy";
  const { who, remedy } = whoRefuses(evidence);
  return { verdict: "policy", sentence: `${where} refuses it by policy: ${who} (${targetOf(evidence)})`, remedy };
}
