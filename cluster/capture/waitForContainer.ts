import type { V1ContainerStatus } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { bounded } from "../client/kubernetesClient";
import { CaptureRefused, refuseIfStopped } from "./refused";

/** How long an image may take to arrive, in seconds. */
const startSeconds = 180;
/** Reasons for waiting that do not go away by themselves. */
const hopeless = /^(ErrImage|ImagePullBackOff|InvalidImageName|CreateContainer|RunContainer)/;

/**
 * Waits until a container runs.
 * @throws CaptureRefused where it does not, with its node's words, or was stopped by hand meanwhile
 */
export async function waitForContainer(
  read: () => Promise<V1ContainerStatus | undefined>,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + startSeconds * 1000;
  for (;;) {
    refuseIfStopped(signal);
    const { state } = (await bounded("the Kubernetes API", 30, read())) ?? {};
    if (state?.running !== undefined) return;
    const [reason, message] = [state?.waiting?.reason ?? "", state?.waiting?.message ?? ""];
    if (state?.terminated !== undefined)
      throw new CaptureRefused(`its container ended at once: exit code ${String(state.terminated.exitCode)}`);
    if (hopeless.test(reason))
      throw new CaptureRefused(`its container does not start: ${reason}: ${message}. Another image: --image`);
    if (Date.now() > end)
      throw new CaptureRefused(`its container does not start within ${String(startSeconds)} s: ${reason || "no word"}`);
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}
