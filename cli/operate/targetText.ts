import type { TargetOptions } from "./target";

/** The options that name the same instance again, for a command that a person is told to run. */
export function targetText({ stack, namespace, context, kubeconfig }: TargetOptions): string {
  return Object.entries({ stack, namespace, context, kubeconfig })
    .flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]))
    .join(" ");
}
