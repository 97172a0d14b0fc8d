// The gate's verdict on Helm releases, but for interrupted runs. That a cluster gives such records is proved where one runs.
import assert from "node:assert/strict";
import { judge, reapplied } from "../../../mesh/upgrade/gate";
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

const fine = { refused: [], repairs: [], adopt: [], warnings: [] };
const pendingOf = (release: string) => record(release, 1, { status: "pending-install" });
const failedOnce = [{ release: "istiod", secrets: [], why: "the change to its revision 2 failed" }];
const gone =
  "release istiod is in the stack's state and not in the cluster: it was uninstalled, by somebody or by a run that was killed. Run: pulumi refresh --yes, then up again";
const halfRemoved = (age: number, ...revisions: number[]) =>
  `release istiod is half removed since ${String(age)} s: a destroy was interrupted, or is at work. To finish it: pulumi destroy. ` +
  `To install again: kubectl -n istio-system delete secret ${revisions.map(secret).join(" ")} && pulumi refresh --yes, then up again`;

describe("gate: releases in order", () => {
  checkReleases([
    { name: "nothing there, nothing known: a first install", records: [] },
    { name: "deployed and known", records: healthy, wanted: bothKnown },
    {
      name: "failed in a revision that the state does not know: applied once more, also with the settings of before",
      records: [base, record("istiod", 1, { status: "superseded" }), record("istiod", 2, { status: "failed" })],
      wanted: bothKnown,
      repairs: failedOnce,
    },
    {
      name: "failed and known with that revision, by a refresh: the same",
      records: [base, record("istiod", 1, { status: "superseded" }), record("istiod", 2, { status: "failed" })],
      wanted: { known: [...known(1, "istio-base"), ...known(2, "istiod")] },
      repairs: failedOnce,
    },
    { name: "releases that are not wanted are left alone", records: [record("grafana", 1), pendingOf("loki")] },
  ]);
});

describe("gate: releases that the state does not know", () => {
  checkReleases([
    {
      name: "deployed and ours: repaired, Helm adopts its own objects",
      records: [record("istiod", 1, { description: ownerMark("dev701") })],
      wanted: resumed,
      repairs: [unknown("deployed", 1)],
    },
    {
      name: "deployed by the stack of this name, and no earlier run in this state: another state's",
      records: [record("istiod", 1, { description: ownerMark("dev701") })],
      refused: [
        "release istiod was installed by jam-istio/dev701 and is unknown to this state: the stack was deployed from another backend. Log in to that one (pulumi login). Where a release of it was broken off: npx jam-istio release dev701 finishes it",
      ],
    },
    {
      name: "deployed, ours and repaired once before",
      records: [record("istiod", 1, { description: `${ownerMark("dev701")} repaired 2026-11-23T10:00:00.000Z` })],
      wanted: resumed,
      repairs: [unknown("deployed", 1)],
    },
    {
      name: "deployed and ours, with older revisions: all of them go",
      records: [
        record("istiod", 1, { status: "superseded" }),
        record("istiod", 2, { description: ownerMark("dev701") }),
      ],
      wanted: resumed,
      repairs: [unknown("deployed", 1, 2)],
    },
    {
      name: "deployed and another stack's",
      records: [record("istiod", 1, { description: `${ownerMark("integration702")} repaired yesterday` })],
      refused: [notOurs(" but jam-istio/integration702's")],
    },
    {
      name: "deployed and another stack's whose name starts like ours",
      records: [record("istiod", 1, { description: ownerMark("dev7012") })],
      refused: [notOurs(" but jam-istio/dev7012's")],
    },
    {
      name: "deployed and nobody's",
      records: [record("istiod", 1, { description: "Install complete" })],
      refused: [notOurs()],
    },
    {
      name: "deployed and nobody's, to a stack that got past the gate once: still not ours",
      records: [record("istiod", 1, { description: "Install complete" })],
      wanted: resumed,
      refused: [notOurs()],
    },
    {
      name: "failed, a single revision: the stack's first install that broke off",
      records: [record("istiod", 1, { status: "failed" })],
      wanted: resumed,
      repairs: [unknown("failed", 1)],
    },
    {
      name: "failed, a single revision, to a stack that never got past the gate: somebody else's",
      records: [record("istiod", 1, { status: "failed" })],
      refused: [notOurs()],
    },
    {
      name: "failed after a revision that worked: somebody's",
      records: [record("istiod", 1, { status: "superseded" }), record("istiod", 2, { status: "failed" })],
      wanted: resumed,
      refused: [notOurs()],
    },
  ]);
});

describe("gate: releases that were removed", () => {
  checkReleases([
    { name: "known but missing", records: [base], wanted: bothKnown, refused: [gone] },
    {
      name: "uninstalling and known",
      records: [base, record("istiod", 3, { status: "uninstalling" })],
      wanted: bothKnown,
      refused: [halfRemoved(86_400, 3)],
    },
    {
      name: "uninstalling and not known, with older revisions",
      records: [record("istiod", 1, { status: "superseded" }), record("istiod", 2, { status: "uninstalling" })],
      wanted: resumed,
      refused: [halfRemoved(86_400, 1, 2)],
    },
    {
      name: "uninstalling since this second: a destroy may be at work",
      records: [base, record("istiod", 1, { status: "uninstalling", modifiedAt: now })],
      wanted: bothKnown,
      refused: [halfRemoved(0, 1)],
    },
    {
      name: "uninstalling, with a clock that runs ahead",
      records: [base, record("istiod", 1, { status: "uninstalling", modifiedAt: now + 30 })],
      wanted: bothKnown,
      refused: [halfRemoved(0, 1)],
    },
  ]);

  it("every release is judged, in the order of installation", () => {
    const asked = wanted({ ...resumed, known: known(1, "istiod") });
    const verdict = judge(found({ records: [pendingOf("istio-base")] }), asked, now);
    assert.deepEqual(verdict.refused, [gone]);
    assert.deepEqual(
      verdict.repairs.map(({ release }) => release),
      ["istio-base"],
    );
  });

  it("nothing is refused of a healthy mesh at any age", () => {
    assert.deepEqual(judge(found({ records: healthy, running: "1.30.3" }), wanted(bothKnown), now + 10 ** 9), fine);
  });

  it("as asked, every release that the state knows is applied once more, and one that is repaired anyway has its own reason", () => {
    const why = "it is applied once more, as asked";
    const asked = wanted({ known: known(1, "istio-base", "istiod", "istio-cni") });
    const broken = { release: "istio-base", secrets: ["a"], why: "broken" };
    assert.deepEqual(reapplied({ ...fine, repairs: [broken] }, asked, []).repairs, [
      broken,
      { release: "istiod", secrets: [], why },
    ]);
    assert.deepEqual(reapplied(fine, wanted(), []).repairs, []);
  });

  it("what Helm cannot put back of their objects comes along, as the deployed revision has them", () => {
    const service = (port: number) =>
      `---\napiVersion: v1\nkind: Service\nmetadata:\n  name: istiod\nspec:\n  selector: {app: istiod}\n  ports:\n  - {name: grpc-xds, port: ${String(port)}}\n`;
    const records = [
      record("istiod", 1, { status: "superseded", manifest: service(1) }),
      record("istiod", 2, { manifest: service(15010) }),
    ];
    const [repair] = reapplied(fine, wanted({ known: known(1, "istiod") }), records).repairs;
    assert.deepEqual(repair?.parts, [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "istiod" },
        fields: { spec: { selector: { app: "istiod" } } },
        ports: [{ name: "grpc-xds", port: 15010 }],
      },
    ]);
  });
});
