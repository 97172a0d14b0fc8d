import assert from "node:assert/strict";
import { isHalfMade } from "../../../mesh/adopt/halfMade";

describe("a first revision that an interrupted adoption left half made", () => {
  const state = { known: ["istiod"], begun: ["istio-base", "mesh-crds", "istiod"] };
  const half = { name: "istio-base", status: "pending-install", revision: 1 };
  const planned = ["istio-base", "istiod"];

  for (const status of ["pending-install", "failed"])
    it(`is ${status}`, () => {
      assert.ok(isHalfMade({ ...half, status }, state, planned));
    });

  for (const [what, release, known = state] of [
    ["that no run of the stack began", half, { ...state, begun: [] }],
    ["that the state knows", { ...half, name: "istiod" }],
    ["under another name than a planned one", { ...half, name: "mesh-crds" }],
    ["that got ready", { ...half, status: "deployed" }],
    ["that is being removed", { ...half, status: "uninstalling" }],
    ["that is no first one", { ...half, status: "pending-upgrade", revision: 2 }],
  ] as const)
    it(`is none ${what}`, () => {
      assert.ok(!isHalfMade(release, known, planned));
    });
});
