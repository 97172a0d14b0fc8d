import assert from "node:assert/strict";
import { clockAhead } from "../../../cluster/faults/clockAhead";
import { useClock } from "../support/clock";

// A stand-in for the API server, which dates what it is asked to try.

describe("by how much the cluster's clock is ahead", () => {
  const clock = useClock();

  for (const [what, dated, answered, ahead] of [
    ["the same", 0, 0, 0],
    ["a few seconds more", 9, 0, 0],
    ["a minute ahead", 60, 0, 60],
    ["a minute behind", -60, 0, -60],
    ["the same, and the answer takes 40 s", 30, 40, 0],
    ["a minute ahead of an answer that takes 40 s", 100, 40, 60],
  ] as const)
    it(what, async () => {
      const begin = Date.now();
      const send = () => {
        clock.pass(answered);
        const creationTimestamp = new Date(begin + dated * 1000).toISOString();
        return Promise.resolve(JSON.stringify({ metadata: { creationTimestamp } }));
      };
      assert.equal((await clockAhead({ send }, "dev701")) / 1000, ahead);
    });
});
