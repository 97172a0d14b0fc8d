import type { Behaviour } from "../../../lab/podBehaviour";
import { ask, type Lab } from "./lab";

// Helm held in the middle of its work, for as long as a test needs to kill it there.

const system = ["-n", "istio-system"];

/** Helm waits as long as pods of istio-system that begin with this do not get ready. */
export const holdPods = (lab: Lab, name: string, behaviour: Behaviour) =>
  ask(lab, { [`istio-system.${name}`]: behaviour });

/** They get ready from now on: those that match are made anew. */
export async function letGo(lab: Lab, ...selector: readonly string[]): Promise<void> {
  await ask(lab, {});
  await lab.plane.kubectl("delete", "pods", ...system, ...selector);
}

/** The removal of the classic control plane's release waits as long as one of its objects stays. */
export async function holdRemoval({ plane }: Lab, isHeld: boolean): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers: isHeld ? ["example.com/held"] : null } });
  await plane.kubectl("patch", "configmap", "istio", ...system, "--type", "merge", "-p", patch);
}
