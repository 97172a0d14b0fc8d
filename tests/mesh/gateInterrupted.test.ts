// The gate's verdict on what interrupted runs leave. That a cluster gives such records is proved where one runs.
import { ownerMark, type Heal } from "../../mesh/gate";
import { base, bothKnown, checkReleases, healthy, known, notOurs, now, record, secret, unknown } from "./gateSupport";

const pendingInstall = (age: number, revision = 1) =>
  record("istiod", revision, { status: "pending-install", modifiedAt: now - age });
const pendingUpgrade = (age: number, revision: number) =>
  record("istiod", revision, { status: "pending-upgrade", modifiedAt: now - age });
const young = (status: string, age: number, revision: number) =>
  `release istiod is ${status} since ${String(age)} s, less than its timeout of 900 s: another run may still be at work. ` +
  `Wait, or, when none is: kubectl -n istio-system delete secret ${secret(revision)}`;
const interrupted = (status: string, age: number, revision: number): Heal => ({
  release: "istiod",
  secrets: [secret(revision)],
  why: `left ${status} by an interrupted run ${String(age)} s ago`,
});

describe("gate: pending releases", () => {
  checkReleases([
    {
      name: "younger than the timeout: refused",
      records: [pendingInstall(899)],
      refused: [young("pending-install", 899, 1)],
    },
    {
      name: "as old as the timeout: healed",
      records: [pendingInstall(900)],
      heal: [interrupted("pending-install", 900, 1)],
    },
    { name: "of this second", records: [pendingInstall(0)], refused: [young("pending-install", 0, 1)] },
    { name: "with a clock that runs ahead", records: [pendingInstall(-30)], refused: [young("pending-install", 0, 1)] },
    {
      name: "known, and only the pending record there: healed, not missed",
      records: [base, pendingInstall(5000)],
      wanted: bothKnown,
      heal: [interrupted("pending-install", 5000, 1)],
    },
    {
      name: "an upgrade over a deployed one that is known: only its own record goes",
      records: [...healthy, pendingUpgrade(5000, 2)],
      wanted: bothKnown,
      heal: [interrupted("pending-upgrade", 5000, 2)],
    },
    {
      name: "a rollback",
      records: [...healthy, record("istiod", 2, { status: "pending-rollback", modifiedAt: now - 1000 })],
      wanted: bothKnown,
      heal: [interrupted("pending-rollback", 1000, 2)],
    },
    {
      name: "a young upgrade over a deployed one of nobody: the first reason is enough",
      records: [record("istiod", 1), pendingUpgrade(10, 2)],
      refused: [young("pending-upgrade", 10, 2)],
    },
    {
      name: "an old upgrade over a deployed one of ours that the state does not know",
      records: [record("istiod", 1, { description: ownerMark("dev701") }), pendingUpgrade(5000, 2)],
      heal: [interrupted("pending-upgrade", 5000, 2), unknown("deployed", 1)],
    },
    {
      name: "an old upgrade over a deployed one of nobody: refused all the same",
      records: [record("istiod", 1), pendingUpgrade(5000, 2)],
      refused: [notOurs()],
      heal: [interrupted("pending-upgrade", 5000, 2)],
    },
    {
      name: "records in any order, revision 10 after 9",
      records: [pendingUpgrade(5000, 10), base, record("istiod", 9)],
      wanted: bothKnown,
      heal: [interrupted("pending-upgrade", 5000, 10)],
    },
    {
      name: "a pending revision that a later one replaced does not matter",
      records: [base, pendingInstall(10, 1), record("istiod", 2)],
      wanted: bothKnown,
    },
    {
      name: "the timeout is the release's own",
      records: [pendingInstall(60)],
      wanted: { timeoutSeconds: 60 },
      heal: [interrupted("pending-install", 60, 1)],
    },
  ]);
});

describe("gate: releases newer than the state", () => {
  const applied: Heal = {
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
      heal: [applied],
    },
    { name: "somebody's by hand: left to the next change", records: second("Upgrade complete"), wanted: bothKnown },
    { name: "another stack's with a name that starts alike", records: second(ownerMark("dev7012")), wanted: bothKnown },
    {
      name: "the state knows a later revision than the cluster: a restored cluster",
      records: healthy,
      wanted: { known: known(2, "istio-base", "istiod") },
    },
    {
      name: "under a pending upgrade: the removed record is reason enough",
      records: [...second(ownerMark("dev701")), pendingUpgrade(5000, 3)],
      wanted: bothKnown,
      heal: [interrupted("pending-upgrade", 5000, 3)],
    },
  ]);
});
