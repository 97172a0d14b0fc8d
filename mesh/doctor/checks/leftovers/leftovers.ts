import type { V1Pod } from "@kubernetes/client-node";
import { endLine, faultAnnotations, faultLabel } from "../../../faults/faultObjects";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownPods, podName } from "../../hosts";
import { isOver, leftMarks, markOf } from "../../../proxyLog/mark";
import { objectName, type VirtualService } from "../../objects";

function judgeFault(route: VirtualService, now: Date): readonly Hit[] {
  const { labels, annotations = {}, namespace = "" } = route.metadata;
  const about = { object: objectName(route) };
  if (labels?.[faultLabel] === undefined) {
    const faults = (route.spec.http ?? []).filter(({ fault }) => fault !== undefined);
    if (faults.length === 0) return [];
    return [
      {
        ...about,
        code: "fault-foreign",
        evidence: `fault: ${JSON.stringify(faults[0]?.fault)}`,
        sentence: "somebody's rule makes requests fail or wait on purpose, and has no end",
        remedy: "remove the rule's fault, if nobody needs it any more",
      },
    ];
  }
  const end = annotations[faultAnnotations.end] ?? "unknown";
  const effect = annotations[faultAnnotations.effect] ?? "it injects a fault";
  const expired = Date.parse(end) < now.getTime();
  return [
    {
      ...about,
      code: expired ? "fault-expired" : "fault-active",
      evidence: `drill ${annotations[faultAnnotations.drill] ?? "unknown"}, since ${annotations[faultAnnotations.start] ?? "unknown"}, end ${end}`,
      sentence: expired ? `${effect}, although its end is past` : `${effect}, on purpose`,
      remedy: endLine(namespace),
    },
  ];
}

/** Levels at which a proxy writes more than anybody reads. */
const loud = ["debug", "trace"];

/** What a proxy that logs much is found as: by whom it is known, from the command that set it. */
function loudProxy(name: string, loggers: Readonly<Record<string, string>>, pod: V1Pod | undefined, now: Date): Hit {
  const found = Object.entries(loggers).filter(([, level]) => loud.includes(level));
  const some = found.slice(0, 5).map(([logger, level]) => `${logger}: ${level}`);
  const [namespace = "", podName = ""] = name.split("/");
  const about = {
    code: "log-level" as const,
    object: `Pod ${name}`,
    evidence: `${String(found.length)} of ${String(Object.keys(loggers).length)} loggers: ${some.join(", ")}`,
  };
  const mark = pod && markOf(pod);
  if (mark !== undefined && !isOver(mark, now.getTime()))
    return {
      ...about,
      sentence: `somebody reads its log with proxy-log, until ${mark.until} at the latest`,
      remedy: "wait for it to end",
      severity: "info",
    };
  return {
    ...about,
    sentence: "its proxy logs at debug or trace",
    remedy: `kubectl -n ${namespace} exec ${podName} -c istio-proxy -- pilot-agent request POST 'logging?level=warning'`,
  };
}

function judgeLevels(evidence: Evidence): readonly Hit[] {
  const { proxies, now } = evidence;
  const pods = ownPods(evidence);
  const left = leftMarks(pods, now.getTime()).map(({ pod, mark }) => ({
    code: "log-level" as const,
    object: podName(pod),
    evidence: `its mark of proxy-log ended ${mark.until}; before it its loggers were at ${mark.level}`,
    sentence: "a run of proxy-log was killed and left its proxy's levels as they were then",
    remedy: `npx jam-istio proxy-log ${pod.metadata?.name ?? ""} --reset --namespace ${pod.metadata?.namespace ?? ""}`,
  }));
  const running = proxies
    .filter(({ loggers }) => Object.values(loggers).some((level) => loud.includes(level)))
    .map(({ pod: name, loggers }) => {
      const pod = pods.find((one) => podName(one) === `Pod ${name}`);
      return loudProxy(name, loggers, pod, now);
    });
  const asked = pods.flatMap((pod) => {
    const level = pod.metadata?.annotations?.["sidecar.istio.io/logLevel"] ?? "";
    if (!loud.includes(level)) return [];
    return [
      {
        code: "log-level" as const,
        object: podName(pod),
        evidence: `annotation sidecar.istio.io/logLevel: ${level}`,
        sentence: `its proxy logs at ${level}, from its start on`,
        remedy: "remove the annotation from the workload's pod template",
      },
    ];
  });
  // Of one pod the first is said: whose way out is the surest.
  return [...left, ...asked, ...running];
}

const judgeStuck = ({ stuckFaults }: Evidence): readonly Hit[] =>
  stuckFaults.map((pod) => ({
    code: "fault-stuck" as const,
    object: `Pod ${pod}`,
    evidence: "its route configuration names a fault's VirtualService that is not there",
    sentence: "its proxy still injects a fault whose object is gone",
    remedy: `is its control plane up? Else: kubectl -n ${pod.split("/")[0] ?? ""} delete pod ${pod.split("/")[1] ?? ""}`,
  }));

/** Judges what somebody left behind. */
export function checkLeftovers(evidence: Evidence): readonly Hit[] {
  const { virtualServices, instances, now } = evidence;
  const own = virtualServices.filter(({ metadata }) => instances.includes(metadata.namespace ?? ""));
  return [...own.flatMap((route) => judgeFault(route, now)), ...judgeStuck(evidence), ...judgeLevels(evidence)];
}
