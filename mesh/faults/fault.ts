import { typeOf } from "./types";
import type { Fault } from "./types/faultType";

export type { Fault } from "./types/faultType";

/** What a fault is called in texts and commands: `httpDelay/ct-webapp/auth`, `externalHost/mysql`. */
export const faultName = (fault: Fault) => `${fault.type}/${typeOf(fault).target(fault)}`;

/** `pods {app: ps}`, or `every pod`. */
export function callersText({ sourceLabels }: Pick<Fault, "sourceLabels">): string {
  if (sourceLabels === undefined) return "every pod";
  const labels = Object.entries(sourceLabels).map(([key, value]) => `${key}: ${value}`);
  return `pods {${labels.join(", ")}}`;
}

/** What breaks for whom, in a few words: `ct-webapp/auth is slower by 7s for pods {app: ps}`. */
export function faultText(fault: Fault): string {
  const { target, effect, percentage } = typeOf(fault);
  const hit = percentage(fault);
  const share = hit === 100 ? "" : ` in ${String(hit)} % of the calls`;
  return `${target(fault)} ${effect(fault)}${share} for ${callersText(fault)}`;
}
