import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/types";
import { withEnvironment } from "./chartCredentials";
import { parseSettings } from "./parse";
import { problemText } from "./problemText";
import type { RawConfig } from "./raw";

/**
 * Turns a stack's raw config into its settings.
 * @throws pulumi.RunError naming all problems; Pulumi prints it without a stack trace
 */
export function settingsFrom(raw: RawConfig, stack: string): Settings {
  const parsed = parseSettings(raw, stack);
  if ("problems" in parsed) throw new pulumi.RunError(problemText(stack, parsed.problems));
  return parsed.settings;
}

/** Reads the settings of the running stack: the one place that reads Pulumi's config. */
export function readSettings(): Settings {
  const values = pulumi.runtime.allConfig();
  // The SDK keeps its own reader of this list internal; the engine sets the variable for every program.
  const secretKeys = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]") as string[];
  return settingsFrom(withEnvironment({ values, secretKeys }), pulumi.getStack());
}
