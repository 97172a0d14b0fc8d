// The gate's verdict on what interrupted runs leave. That a cluster gives such records is proved where one runs.
import assert from "node:assert/strict";
import { judge } from "../../../mesh/upgrade/gate";
import type { Repair } from "../../../mesh/upgrade/gateTypes";
import { ownerMark } from "../../../mesh/upgrade/helmHistory";
import {
  base,
  bothKnown,
  checkReleases,
  found,
  healthy,
  known,
  notOurs,
  now,
  record,
  resumed,
  secret,
  unknown,
  wanted,
} from "./gateSupport";

const pendingInstall = (age: number, revision = 1) =>
  record("istiod", revision, { status: "pending-install", modifiedAt: now - age });
const pendingUpgrade = (age: number, revision: number) =>
  record("istiod", revision, { status: "pending-upgrade", modifiedAt: now - age });
const young = (status: string, age: number, revision: number) =>
  `release istiod is ${status} since ${String(age)} s, less than its timeout of 900 s: another run may still be at work. ` +
  `Wait, or, when none is: kubectl -n istio-system delete secret ${secret(revision)}`;
const interrupted = (status: string, age: number, revision: number): Repair => ({
  release: "istiod",
  secrets: [secret(revision)],
  why: `left ${status} by an interrupted run ${String(age)} s ago`,
});

describe("gate: pending releases", () => {
  checkReleases([
    {
      name: "younger than the timeout: refused",
      records: [pendingInstall(899)],
      wanted: resumed,
      refused: [young("pending-install", 899, 1)],
    },
    {
      name: "as old as the timeout: repaired",
      records: [pendingInstall(900)],
      wanted: resumed,
      repairs: [interrupted("pending-install", 900, 1)],
    },
    {
      name: "of this second",
      records: [pendingInstall(0)],
      wanted: resumed,
      refused: [young("pending-install", 0, 1)],
    },
    {
      name: "with a clock that runs ahead",
      records: [pendingInstall(-30)],
      wanted: resumed,
      refused: [young("pending-install", 0, 1)],
    },
    {
      name: "old, to a stack that never got past the gate: somebody else's",
      records: [pendingInstall(5000)],
      refused: [notOurs()],
    },
    {
      name: "young, to a stack that never got past the gate: somebody else's too",
      records: [pendingInstall(10)],
      refused: [notOurs()],
    },
    {
      name: "an upgrade over nobody's, to a stack that never got past the gate",
      records: [record("istiod", 1), pendingUpgrade(5000, 2)],
      refused: [notOurs()],
    },
    {
      name: "known and young: refused without an earlier run past the gate",
      records: [base, pendingInstall(10)],
      wanted: bothKnown,
      refused: [young("pending-install", 10, 1)],
    },
    {
      name: "known at no revision: repaired",
      records: [base, pendingInstall(5000)],
      wanted: { known: [...known(1, "istio-base"), { name: "istiod" }] },
      repairs: [interrupted("pending-install", 5000, 1)],
    },
    {
      name: "known, over one of nobody: what is under it does not matter",
      records: [base, record("istiod", 2, { description: "Upgrade complete" }), pendingUpgrade(5000, 3)],
      wanted: bothKnown,
      repairs: [interrupted("pending-upgrade", 5000, 3)],
    },
    {
      name: "known, over one that is half removed: what is under it does not matter",
      records: [base, record("istiod", 1, { status: "uninstalling" }), pendingInstall(5000, 2)],
      wanted: bothKnown,
      repairs: [interrupted("pending-install", 5000, 2)],
    },
    {
      name: "known, and only the pending record there: repaired, not missed",
      records: [base, pendingInstall(5000)],
      wanted: bothKnown,
      repairs: [interrupted("pending-install", 5000, 1)],
    },
    {
      name: "an upgrade over a deployed one that is known: only its own record goes",
      records: [...healthy, pendingUpgrade(5000, 2)],
      wanted: bothKnown,
      repairs: [interrupted("pending-upgrade", 5000, 2)],
    },
    {
      name: "a rollback",
      records: [...healthy, record("istiod", 2, { status: "pending-rollback", modifiedAt: now - 1000 })],
      wanted: bothKnown,
      repairs: [interrupted("pending-rollback", 1000, 2)],
    },
    {
      name: "an old upgrade over a deployed one of ours that the state does not know",
      records: [record("istiod", 1, { description: ownerMark("dev701") }), pendingUpgrade(5000, 2)],
      wanted: resumed,
      repairs: [interrupted("pending-upgrade", 5000, 2), unknown("deployed", 1)],
    },
    {
      name: "an old upgrade over a first revision that failed, both the stack's own",
      records: [record("istiod", 1, { status: "failed" }), pendingUpgrade(5000, 2)],
      wanted: resumed,
      repairs: [interrupted("pending-upgrade", 5000, 2), unknown("failed", 1)],
    },
    {
      name: "records in any order, revision 10 after 9",
      records: [pendingUpgrade(5000, 10), base, record("istiod", 9)],
      wanted: bothKnown,
      repairs: [interrupted("pending-upgrade", 5000, 10)],
    },
    {
      name: "a pending revision that a later one replaced does not matter",
      records: [base, pendingInstall(10, 1), record("istiod", 2)],
      wanted: bothKnown,
    },
    {
      name: "the timeout is the release's own",
      records: [pendingInstall(60)],
      wanted: { ...resumed, timeoutSeconds: 60 },
      repairs: [interrupted("pending-install", 60, 1)],
    },
  ]);

  for (const age of [10, 5000]) {
    it(`an upgrade of ${String(age)} s over a deployed one of nobody is refused, past the gate or not`, () => {
      const records = [record("istiod", 1), pendingUpgrade(age, 2)];
      assert.equal(judge(found({ records }), wanted(resumed), now).refused.length, 1);
      assert.equal(judge(found({ records }), wanted(), now).refused.length, 1);
    });
  }
});

describe("gate: releases newer than the state", () => {
  const applied: Repair = {
    release: "istiod",
    secrets: [],
    why: "an interrupted run made its revision 2, the stack's state knows 1",
  };
  const second = (description: string) => [base, record("istiod", 2, { description })];
  checkReleases([
    {
      name: "ours: applied once more, no record goes",
      records: second(ownerMark("dev701")),
      wanted: bothKnown,
      repairs: [applied],
    },
    { name: "somebody's by hand: left to the next change", records: second("Upgrade complete"), wanted: bothKnown },
    { name: "another stack's with a name that starts alike", records: second(ownerMark("dev7012")), wanted: bothKnown },
    {
      name: "the state knows a later revision than the cluster: a restored cluster",
      records: healthy,
      wanted: { known: known(2, "istio-base", "istiod") },
    },
    {
      name: "the state knows the release at no revision, the cluster at its first",
      records: healthy,
      wanted: { known: [{ name: "istio-base" }, { name: "istiod" }] },
    },
    {
      name: "under a pending upgrade: the removed record is reason enough",
      records: [...second(ownerMark("dev701")), pendingUpgrade(5000, 3)],
      wanted: bothKnown,
      repairs: [interrupted("pending-upgrade", 5000, 3)],
    },
  ]);
});
