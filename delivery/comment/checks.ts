import { faultText } from "../../mesh/faults/fault";
import { settingsEndNotes } from "../../mesh/faults/faultsEnd";
import { judgeTransition } from "../../mesh/upgrade/transition";
import type { Settings } from "../../settings/types";
import type { StackDiff } from "../stackDiff";

/** What the rules for upgrades say to the step of the version. The cluster's part of them is judged by the preview. */
export function upgradeChecks({ version }: StackDiff, { istio }: Settings): readonly string[] {
  if (version === undefined) return [];
  const { refused, warnings } = judgeTransition({ running: version.before, wanted: version.after, allow: istio.allow });
  return [...refused.map((line) => `❌ ${line}`), ...warnings.map((line) => `⚠️ ${line}`)];
}

/** The faults that a stack's settings inject, and when they end. */
export function drillLines(settings: Settings): readonly string[] {
  const { enabled, faults } = settings.faultInjection;
  return enabled ? [...faults.map(faultText), ...settingsEndNotes(settings)] : [];
}
