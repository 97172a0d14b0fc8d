import type { FleetStack } from "./order";
import type { FleetReport, FleetRow } from "./report";

const wentThrough = ({ outcome }: FleetRow) => outcome === "done" || outcome === "skipped";

/**
 * The rows with which a run begins.
 * @param inputsOf digest of what a stack is made of now
 * @param earlier the run that this one goes on with: what went through there with the same inputs is skipped
 */
export function firstRows(
  order: readonly FleetStack[],
  inputsOf: (stack: string) => string,
  earlier?: FleetReport,
): readonly FleetRow[] {
  return order.map((one) => {
    const inputs = inputsOf(one.stack);
    const was = earlier?.stacks.find(({ stack }) => stack === one.stack);
    if (was === undefined || !wentThrough(was) || was.inputs !== inputs)
      return { ...one, inputs, outcome: "waiting" as const };
    return { ...one, inputs, outcome: "skipped" as const, what: was.what ?? "went through before" };
  });
}
