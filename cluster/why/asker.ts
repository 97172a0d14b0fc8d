import type { V1Pod } from "@kubernetes/client-node";
import { proxyContainer } from "../../mesh/istio/pods";
import { askerNames, readTalk, talkCommand, type Opening, type Talk } from "../../mesh/why/script";
import { reasonOf, unlessInternal } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { placeOf } from "../proxyConfig/askProxy";
import { messageOf } from "../../tools/errors";
import { ephemeralContainer, type EphemeralUser } from "./ephemeral";

/** The user that Istio's rules let past the sidecar. @see https://istio.io/latest/docs/ops/deployment/application-requirements/ */
export const proxyUser = 1337;

/** Talks to hosts from inside a pod, on one side of its sidecar. */
export interface Asker {
  /** Where from, for a person. */
  readonly from: string;
  /** The ephemeral container that was added for it. */
  readonly left?: string;
  readonly talk: (host: string, port: number, openings: readonly Opening[]) => Promise<Talk>;
}

/** One side that could not be asked, and why. */
export interface Unasked {
  readonly why: string;
}

async function talkIn(
  cluster: Cluster,
  pod: V1Pod,
  container: string,
  [host, port, openings]: Parameters<Asker["talk"]>,
): Promise<Talk> {
  const command = talkCommand(host, port, openings);
  const ended = await cluster.exec({ ...placeOf(pod), container, command, seconds: Number(command[1]) + 10 });
  return readTalk(openings.length, ended);
}

/** Whether a container has what the script needs. */
async function hasShell(cluster: Cluster, pod: V1Pod, container: string): Promise<string | undefined> {
  try {
    const command = ["timeout", "5", "bash", "-c", "command -v base64 dd date tr head"];
    const { code } = await cluster.exec({ ...placeOf(pod), container, command, seconds: 15 });
    return code === 0 ? undefined : "it lacks bash or coreutils";
  } catch (error) {
    unlessInternal(error);
    return /executable file not found|no such file/i.test(messageOf(error)) ? "it has no bash" : reasonOf(error);
  }
}

async function askerIn(cluster: Cluster, pod: V1Pod, container: string, user: EphemeralUser): Promise<Asker | Unasked> {
  const talker =
    (name: string): Asker["talk"] =>
    (...asked) =>
      talkIn(cluster, pod, name, asked);
  const lacks = await hasShell(cluster, pod, container);
  if (lacks === undefined) return { from: `container ${container}`, talk: talker(container) };
  try {
    const { name, isNew } = await ephemeralContainer(cluster, pod, user);
    const from = `ephemeral container ${name}, user ${String(user.uid)}`;
    return { from, talk: talker(name), ...(isNew ? { left: name } : {}) };
  } catch (error) {
    return { why: `container ${container}: ${lacks}; ${messageOf(error)}` };
  }
}

/** The container that a person means by the pod: the one that it names, else the first that is no proxy. */
export function applicationContainer({ metadata, spec }: V1Pod): string {
  const named = metadata?.annotations?.["kubectl.kubernetes.io/default-container"];
  const first = spec?.containers.find(({ name }) => name !== "istio-proxy")?.name ?? "";
  return named === undefined || named === "istio-proxy" ? first : named;
}

/** User and group of the application; those of nobody where the pod names none. */
function applicationUser({ spec }: V1Pod, container: string): { readonly uid: number; readonly gid: number } {
  const own = spec?.containers.find(({ name }) => name === container)?.securityContext;
  const [uid, gid] = [
    own?.runAsUser ?? spec?.securityContext?.runAsUser,
    own?.runAsGroup ?? spec?.securityContext?.runAsGroup,
  ];
  const nobody = 65534;
  // Root may not run where the pod is restricted; for the capture every user but the proxy's is the same.
  return { uid: uid === undefined || uid === 0 ? nobody : uid, gid: gid === undefined || gid === 0 ? nobody : gid };
}

/** Asks as the application does: its connections are captured by the sidecar. */
export function throughSidecar(cluster: Cluster, pod: V1Pod): Promise<Asker | Unasked> {
  const container = applicationContainer(pod);
  return askerIn(cluster, pod, container, { name: askerNames.through, ...applicationUser(pod, container) });
}

/** Asks as the proxy does: its own connections are not captured. */
export function pastSidecar(cluster: Cluster, pod: V1Pod): Promise<Asker | Unasked> {
  const user = { name: askerNames.past, uid: proxyUser, gid: proxyUser };
  return askerIn(cluster, pod, proxyContainer(pod)?.name ?? "istio-proxy", user);
}

/** Whether the application runs as the proxy's user, which nothing captures. */
export const isUncaptured = (pod: V1Pod): boolean => {
  const { uid, gid } = applicationUser(pod, applicationContainer(pod));
  return uid === proxyUser || gid === proxyUser;
};
