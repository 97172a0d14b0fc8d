"use strict";
// Loaded into Node.js by a test (NODE_OPTIONS): its clock is ahead by JAM_ISTIO_TEST_LATER seconds, so that no test has
// to wait until something is old. What other programs wrote keeps its time.
const ahead = Number(process.env["JAM_ISTIO_TEST_LATER"]) * 1000;
const RealDate = Date;
const now = () => RealDate.now() + ahead;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) => (args.length === 0 ? new target(now()) : new target(...args)),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === "now" ? now : target[key]),
});
