import { untilKey } from "../../../capture/captureObjects";
import { captureLeftovers, isOurs, type Leftover } from "../../../capture/leftovers";
import { isLive } from "../../../istio/proxies";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownPods, podName } from "../../hosts";

const deletion = ({ metadata }: Leftover["pod"]) =>
  `kubectl -n ${metadata?.namespace ?? ""} delete pod ${metadata?.name ?? ""}`;

/** A pod that was made to capture or to debug. */
function capturePod({ pod, by, isOver }: Leftover): Hit {
  const about = { code: "capture-left" as const, object: podName(pod) };
  if (by === "jam-istio") {
    const until = pod.metadata?.annotations?.[untilKey] ?? "unknown";
    const evidence = `its mark of capture: until ${until}`;
    if (!isOver) {
      const sentence = `somebody captures packets with it, until ${until} at the latest`;
      return { ...about, evidence, sentence, remedy: "wait for it to end", severity: "info" };
    }
    const sentence = "a run of capture was killed and left its pod";
    return { ...about, evidence, sentence, remedy: "npx jam-istio capture --clean" };
  }
  if (by === "ksniff") {
    const sentence = "ksniff left a privileged pod, with the node's disk mounted";
    return { ...about, evidence: "label app=ksniff, or its name", sentence, remedy: deletion(pod) };
  }
  const sentence = "kubectl debug left a pod that stands on its node, with the node's disk mounted";
  return { ...about, evidence: "label of kubectl debug, or its name", sentence, remedy: deletion(pod) };
}

/** Ephemeral containers that run; the ones of `capture` and `why` are used again, and end by themselves. */
function runningContainers(evidence: Evidence): readonly Hit[] {
  return ownPods(evidence).flatMap((pod) => {
    const statuses = pod.status?.ephemeralContainerStatuses ?? [];
    const running = statuses.filter(({ state }) => state?.running !== undefined);
    // Of several the one that somebody has to end.
    const one = running.find(({ name }) => !isOurs(name)) ?? running[0];
    if (one === undefined) return [];
    const about = {
      code: "capture-left" as const,
      object: podName(pod),
      evidence: `ephemeral container ${one.name} runs ${one.image}`,
    };
    if (isOurs(one.name)) {
      const sentence = `an ephemeral container of this program runs in it, for captures or questions: ${one.name}`;
      return [{ ...about, sentence, remedy: "wait: it ends by itself, within two hours", severity: "info" as const }];
    }
    return [
      {
        ...about,
        sentence: `an ephemeral container still runs in it: ${one.name}`,
        remedy: `end its process; a container of this kind goes with its pod: ${deletion(pod)}`,
      },
    ];
  });
}

/** Judges what captures and debugging sessions left behind. */
export function checkCaptures(evidence: Evidence): readonly Hit[] {
  const pods = captureLeftovers(evidence.pods, evidence.now.getTime()).filter(
    ({ container, by, pod }) => container === undefined && (by !== "ksniff" || isLive(pod)),
  );
  return [...pods.map(capturePod), ...runningContainers(evidence)];
}
