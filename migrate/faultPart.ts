import type { MergedValues } from "./merged";
import { isTruthy, type Part, type Row } from "./rows";
import { Taker } from "./taker";

/** The faults of the old chart `fault-injection`, by the key that turned them on. */
const oldFaults = {
  "jam.ctWebapp.faultinject": {
    type: "httpAbort",
    host: "ct-webapp",
    httpStatus: 503,
    percentage: 100,
    everyone: true,
  },
  "jam.memcached.faultinject": { type: "tcpRedirect", host: "memcached", ports: [11211, 11212], everyone: true },
} as const;

const fakeService = "the program makes Service fake-service itself while a fault needs it";

/** The faults; switched off as a whole where none of them was on, so that the list is there for the next drill. */
export function faultPart(values: MergedValues): Part {
  const taker = new Taker(values);
  const enabled = Object.keys(oldFaults).some((path) => isTruthy(values.peek(path)));
  const row = (on: boolean): Omit<Row, "old" | "file"> => {
    if (enabled && !on) return { outcome: "left out", why: "it was off, and faultInjection.enabled is for all faults" };
    return { outcome: "carried", to: "faultInjection.faults", ...(on ? {} : { why: "switched off, as before" }) };
  };
  const faults = Object.entries(oldFaults).flatMap(([path, fault]) => {
    const value = taker.take([path], (given) => row(isTruthy(given)));
    return value !== undefined && isTruthy(value) === enabled ? [fault] : [];
  });
  taker.take(["jam.fake_service.enabled"], () => ({ outcome: "changed", why: fakeService }));
  const config = faults.length === 0 ? {} : { faultInjection: { enabled, faults } };
  return { config, rows: taker.rows, problems: [] };
}
