import type { Command } from "commander";
import type { ClusterAddress } from "../../cluster/client/kubeconfig";
import type { Settings } from "../../settings/types";
import { readLocation } from "../stack/stackFile";
import { UserError } from "../terminal/userError";

/** What a person said about where to look: a stack, or a place without one. */
export interface TargetOptions {
  readonly stack?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
}

/** The instance that a command works on. */
export interface Target {
  readonly address: ClusterAddress;
  /** Namespace of the instance. */
  readonly namespace: string;
  /** The stack, where one was named. */
  readonly stack?: string;
  /** Its settings; absent without a stack, or where its file has a mistake elsewhere than in its place. */
  readonly settings?: Settings;
  /** What is wrong in the stack file, where something is. */
  readonly problems?: string;
}

/** Adds the options that say which cluster and namespace, for commands that also work without a stack. */
export function withTarget(command: Command, { stack }: { readonly stack: "argument" | "option" }): Command {
  if (stack === "option") command.option("--stack <name>", "the stack whose cluster and namespace it is");
  return command
    .option("--namespace <name>", "without a stack: the instance's namespace")
    .option("--context <name>", "without a stack: context of the kubeconfig (default: its current one)")
    .option("--kubeconfig <path>", "without a stack: the kubeconfig (default: as kubectl finds it)");
}

/**
 * Finds the instance that a person means. Nothing is read from a cluster.
 * @throws UserError where neither or both of stack and place are said, or the stack file's place cannot be read
 */
export function readTarget({ stack, context, kubeconfig, namespace }: TargetOptions): Target {
  const placed = Object.entries({ context, kubeconfig, namespace }).filter(([, value]) => value !== undefined);
  if (stack !== undefined) {
    if (placed.length > 0)
      throw new UserError(
        `--${placed.map(([name]) => name).join(", --")}: the stack ${stack} says this already. Give the stack, or --namespace with --context`,
      );
    const { place, settings, problems } = readLocation(stack);
    return {
      address: place.kubernetes,
      namespace: place.namespace,
      stack,
      ...(settings === undefined ? {} : { settings }),
      ...(problems === undefined ? {} : { problems }),
    };
  }
  if (namespace === undefined)
    throw new UserError(
      "which instance? Name a stack, or give --namespace (with --context, if it is not the current one)",
    );
  return { address: { context, kubeconfig }, namespace };
}
