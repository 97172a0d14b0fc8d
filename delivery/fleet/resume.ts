import type { FleetStack } from "./order";
import type { FleetReport, FleetRow } from "./report";

const wentThrough = ({ outcome }: FleetRow) => outcome === "done" || outcome === "skipped";

/**
 * The rows with which a run begins.
 * @param inputsOf digest of what a stack is made of now
 * @param earlier the run that this one goes on with: what went through there with the same inputs is skipped, but for
 *   guests of an owner that is deployed now
 */
export function firstRows(
  order: readonly FleetStack[],
  inputsOf: (stack: string) => string,
  earlier?: FleetReport,
): readonly FleetRow[] {
  const inputs = new Map(order.map(({ stack }) => [stack, inputsOf(stack)]));
  const before = (name: string) =>
    earlier?.stacks.find((row) => row.stack === name && wentThrough(row) && row.inputs === inputs.get(name));
  // Which version a guest's sidecars are to have is its owner's to say.
  const moving = order.filter(({ stack, owner }) => owner && before(stack) === undefined).map(({ cluster }) => cluster);
  return order.map((one): FleetRow => {
    const was = !one.owner && moving.includes(one.cluster) ? undefined : before(one.stack);
    const row = { ...one, inputs: inputs.get(one.stack) ?? "" };
    if (was === undefined) return { ...row, outcome: "waiting" };
    return { ...row, outcome: "skipped", what: was.what ?? "went through before" };
  });
}
