import type { FaultOf } from "./faultType";
import { httpFault } from "./http";

/** Requests end with an HTTP status. */
export const httpAbort = httpFault<FaultOf<"httpAbort">>(
  ({ httpStatus }) => `answers ${String(httpStatus)}`,
  ({ httpStatus }, percentage) => ({ abort: { httpStatus, percentage } }),
);
