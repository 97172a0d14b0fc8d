import { edgeCodes } from "./edges";
import { leftoverCodes } from "./leftovers";
import { meshCodes } from "./mesh";
import type { CodeRow } from "./row";
import { runningCodes, settingCodes } from "./running";
import { trafficCodes } from "./traffic";

/** Every code of the doctor's: one without a row does not compile. */
export const codes = {
  ...trafficCodes,
  ...edgeCodes,
  ...meshCodes,
  ...settingCodes,
  ...runningCodes,
  ...leftoverCodes,
};

export type Code = keyof typeof codes;

/** What is known of a code; `undefined` where it is none of the doctor's. */
export const codeRow = (code: string): CodeRow | undefined => (codes as Readonly<Record<string, CodeRow>>)[code];
