import { milliseconds } from "../../../settings/duration";
import type { FaultOf } from "./faultType";
import { httpFault } from "./http";

/** Istio reads a duration in seconds in every version. */
const seconds = (duration: string) => `${String(milliseconds(duration) / 1000)}s`;

/** Requests are delayed. */
export const httpDelay = httpFault<FaultOf<"httpDelay">>(
  ({ fixedDelay }) => `is slower by ${fixedDelay}`,
  ({ fixedDelay }, percentage) => ({ delay: { fixedDelay: seconds(fixedDelay), percentage } }),
);
