import type { V1Pod } from "@kubernetes/client-node";
import { proxyContainer } from "../istio/pods";

/** Label of a pod that captures; its value is the run's. */
export const captureLabel = "jam-istio/capture";
/** Annotation of such a pod: until when it is in use at the latest, ISO 8601. */
export const untilKey = "jam-istio/until";
/** Namespace of such pods: it may be privileged wherever anything may, and the instance's need not be. */
export const captureNamespace = "kube-system";
/** Name of the ephemeral container in which captures run, one after the other. */
export const holderName = "jam-capture";
/** How long that one runs, in seconds: it cannot be removed, but it ends. */
export const holderSeconds = 7200;
/** The longest capture, in seconds. */
export const longestSeconds = 3600;

/** Where it keeps its process's number. */
const holderFile = ({ metadata }: V1Pod, name: string) => `/tmp/${name}-${metadata?.uid ?? ""}.pid`;

/** Ends the ephemeral container, run in it. */
export const endHolder = (pod: V1Pod, name: string): readonly string[] => [
  ...["sh", "-c", 'kill "$(cat "$0")"', holderFile(pod, name)],
];

// It waits, and the captures are commands beside it: what a container's own process prints is kept on the node as its log.
const wait = `echo $$ > "$0"; trap 'kill $!; exit 0' TERM; sleep ${String(holderSeconds)} & wait`;

/**
 * The ephemeral container.
 * @param netRaw whether it asks for the right to read packets; else it lives by what the container runtime leaves to everybody
 */
export function holder(pod: V1Pod, name: string, image: string, netRaw: boolean): object {
  return {
    name,
    image,
    command: ["sh", "-c", wait, holderFile(pod, name)],
    securityContext: {
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      ...(netRaw ? { capabilities: { add: ["NET_RAW"] } } : {}),
    },
  };
}

/** A running ephemeral container of ours that lasts for a while yet, and the name for a new one. */
export function findHolder(
  { spec, status }: V1Pod,
  seconds: number,
  now: number,
): { readonly running?: string; readonly next: string } {
  const names = (spec?.ephemeralContainers ?? []).map(({ name }) => name);
  const own = names.filter((name) => name === holderName || name.startsWith(`${holderName}-`));
  const running = own.find((name) => {
    const state = status?.ephemeralContainerStatuses?.find((one) => one.name === name)?.state?.running;
    const started = state?.startedAt === undefined ? undefined : new Date(state.startedAt).getTime();
    return started !== undefined && started + holderSeconds * 1000 > now + (seconds + 30) * 1000;
  });
  const next = own.length === 0 ? holderName : `${holderName}-${String(own.length + 1)}`;
  return running === undefined ? { next } : { running, next };
}

/** Name of the pod of a run. */
export const nodePodName = (run: string) => `jam-capture-${run}`;

/** A pod on another's node that may enter its network, for clusters without ephemeral containers. */
export function nodePod(target: V1Pod, image: string, run: string, until: Date, seconds: number): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: nodePodName(run),
      namespace: captureNamespace,
      labels: { [captureLabel]: run, "sidecar.istio.io/inject": "false" },
      annotations: {
        [untilKey]: until.toISOString(),
        "sidecar.istio.io/inject": "false",
        "jam-istio/target": `${target.metadata?.namespace ?? ""}/${target.metadata?.name ?? ""}`,
      },
    },
    spec: {
      // Not by the scheduler: the node may be full, or closed for others.
      nodeName: target.spec?.nodeName ?? "",
      hostPID: true,
      restartPolicy: "Never",
      activeDeadlineSeconds: seconds,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: "capture",
          image,
          command: ["sleep", String(seconds)],
          securityContext: { privileged: true, runAsUser: 0, runAsGroup: 0 },
        },
      ],
    },
  };
}

/** The image that captures: that of the pod's own proxy, in the variant that has tcpdump. */
export function captureImage(pod: V1Pod, asked: string | undefined): string | undefined {
  return asked ?? proxyContainer(pod)?.image?.replace(/-distroless(?=$|@)/, "");
}

/** What is captured. */
export interface CaptureWish {
  /** Interface of the pod's network, or `any`. */
  readonly device: string;
  /** Expression of tcpdump. */
  readonly filter?: string | undefined;
  readonly seconds: number;
}

/** tcpdump with its arguments; in a pod on the node's own network it leaves out the stream that carries the packets away. */
function tcpdump(pod: V1Pod, { device, filter }: CaptureWish): readonly string[] {
  const own = pod.spec?.hostNetwork === true ? "not port 10250" : undefined;
  const parts = [filter, own].filter((part) => part !== undefined);
  const expression = parts.length === 2 ? parts.map((part) => `(${part})`).join(" and ") : parts[0];
  // Each packet at once and whole; no promiscuous mode, which needs a further right.
  const args = ["tcpdump", "-p", "-U", "-s", "0", "-i", device, "-w", "-"];
  return [...args, ...(expression === undefined ? [] : ["--", expression])];
}

const pidFile = (run: string) => `/tmp/jam-capture-${run}.pid`;
/** Says who runs, then looks whether it is to end already: whoever stops it may have come before it had a number. */
const beginning = 'echo $$ > "$0"; [ ! -e "$0.stop" ] || { rm -f "$0" "$0.stop"; exit 143; }';

/** The capture as a command in the ephemeral container; it ends by itself. */
export function captureCommand(pod: V1Pod, wish: CaptureWish, run: string): readonly string[] {
  const script = `${beginning}; exec timeout "$@"`;
  return ["sh", "-c", script, pidFile(run), String(wish.seconds), ...tcpdump(pod, wish)];
}

/**
 * The same, in a pod on the node.
 * @param container ID of one of the target's containers: the names of its processes' control groups have it
 */
export function nodeCommand(pod: V1Pod, wish: CaptureWish, run: string, container: string): readonly string[] {
  const script = [
    'pid=$(grep -l -- "$1" /proc/[0-9]*/cgroup 2>/dev/null | head -n 1 | cut -d / -f 3)',
    '[ -n "$pid" ] || { echo "its processes are not found on the node" >&2; exit 1; }',
    `seconds=$2; shift 2; ${beginning}; exec timeout "$seconds" nsenter -t "$pid" -n "$@"`,
  ].join("; ");
  return ["sh", "-c", script, pidFile(run), container, String(wish.seconds), ...tcpdump(pod, wish)];
}

/** Ends a capture before its time, also one that only begins. */
export const stopCommand = (run: string): readonly string[] => [
  ...["sh", "-c", ': > "$0.stop"; kill "$(cat "$0")" && rm -f "$0" "$0.stop"', pidFile(run)],
];

/** ID of a running container of a pod, without its runtime's name. */
export function containerId({ status }: V1Pod): string | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const running = all.find(({ state, containerID }) => state?.running !== undefined && containerID !== undefined);
  return running?.containerID?.split("://").at(-1);
}
