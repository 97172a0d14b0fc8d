import type { Spec } from "../faultObjects";
import { pathsOf } from "../paths";
import { callers, routeTo, type FaultOf, type FaultType } from "./faultType";
import { judgeHost, judgeService, portText, serviceRuleName } from "./serviceTarget";

type HttpFault = FaultOf<"httpAbort" | "httpDelay">;

function httpRule(fault: HttpFault, injected: Spec): Spec {
  const { prefix, exact } = pathsOf(fault);
  const uris = [...(exact === undefined ? [] : [{ exact }]), ...(prefix === "/" ? [] : [{ prefix }])];
  const from = callers(fault);
  const match = uris.length > 0 ? uris.map((uri) => ({ uri, ...from })) : fault.sourceLabels ? [from] : undefined;
  return { ...(match === undefined ? {} : { match }), fault: injected, route: routeTo(fault.host) };
}

/**
 * A type of fault of requests over HTTP.
 * @param effect what happens to a request
 * @param injected the fault as Istio's HTTPFaultInjection has it, without its percentage
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
 */
export function httpFault<F extends HttpFault>(
  effect: (fault: F) => string,
  injected: (fault: F, percentage: Spec) => Spec,
): FaultType<F> {
  return {
    target: ({ host, prefix = "" }) => `${host}${prefix === "/" ? "" : prefix}`,
    effect,
    percentage: ({ percentage }) => percentage,
    scope: (fault) => ({ target: `http/${fault.host}`, paths: pathsOf(fault) }),
    rules: (fault) => [
      {
        name: serviceRuleName(fault.host),
        host: fault.host,
        http: [httpRule(fault, injected(fault, { value: fault.percentage }))],
      },
    ],
    leadsTo: () => undefined,
    entry: () => undefined,
    problems: judgeHost,
    judgeTarget: ({ host }, found, wanted) =>
      judgeService(host, found, wanted, (ports) => {
        if (ports.some(({ kind }) => kind === "http" || kind === "sniffed")) return [];
        return [`Service "${host}" has no port for HTTP; its ports: ${portText(ports)}. For others: type: tcpRedirect`];
      }),
  };
}
