import assert from "node:assert/strict";
import type { DestinationRule, VirtualService } from "../../../mesh/doctor/objects";
import { ownerOf, routeFor, rulesFor, type HostOwner } from "../../../mesh/doctor/whoWins";
import { object } from "./support";

// What istiod 1.31's own code does (pilot/pkg/model: push_context.go, sidecar.go); tests/dataplane/whoWins asks a running one.

type Said = readonly [name: string, spec: object, day?: string | undefined];

/** Objects by name: `old@other` is `old` of namespace other. Those without a day are of the same second. */
const objects = (kind: string, all: readonly Said[]) =>
  all.map(([at, spec, day = "10"]) => {
    const [name = "", namespace = "dev701"] = at.split("@");
    return object(kind, name, spec, { namespace, creationTimestamp: `2026-11-${day}T00:00:00Z` });
  });
const nameOf = ({ metadata: { name, namespace } }: Pick<VirtualService, "metadata">) =>
  namespace === "dev701" ? name : `${name}@${namespace ?? ""}`;

const host = "web.dev701.svc.cluster.local";
const h = (...hosts: string[]) => ({ hosts });
const own = { exportTo: ["."] };

describe("which VirtualService routes a host", () => {
  const cases: readonly (readonly [why: string, all: readonly Said[], winner: string | undefined, losers: string])[] = [
    ["none", [["a", h("shop")]], undefined, ""],
    [
      "the older",
      [
        ["young", h("web"), "11"],
        ["old", h("web")],
      ],
      "old",
      "young",
    ],
    [
      "of one second the smaller name",
      [
        ["b", h("web")],
        ["a", h("web")],
      ],
      "a",
      "b",
    ],
    [
      "private before public",
      [
        ["old", h("web"), "01"],
        ["private", { ...h("web"), ...own }],
      ],
      "private",
      "old",
    ],
    [
      "by name before public",
      [
        ["old", h("web"), "01"],
        ["named@other", { ...h(host), exportTo: ["dev701"] }],
      ],
      "named@other",
      "old",
    ],
    [
      "its own before what is exported by name",
      [
        ["named@other", { ...h(host), exportTo: ["dev701", "x"] }, "01"],
        ["mine", { ...h("web"), ...own }],
      ],
      "mine",
      "named@other",
    ],
    ["of another namespace, private to it", [["theirs@other", { ...h(host), ...own }]], undefined, ""],
    ["a short name is of its own namespace", [["theirs@other", h("web")]], undefined, ""],
    [
      "exact before a wildcard, older and private",
      [
        ["all", { ...h("*"), ...own }, "01"],
        ["exact", h("web")],
      ],
      "exact",
      "all",
    ],
    [
      "the longer wildcard",
      [
        ["all", h("*"), "01"],
        ["some", h("*.dev701.svc.cluster.local")],
      ],
      "some",
      "all",
    ],
    ["for gateways alone it counts for nothing", [["in", { ...h("web"), gateways: ["in"] }]], undefined, ""],
    ["for gateways and the mesh", [["both", { ...h("web"), gateways: ["in", "mesh"] }]], "both", ""],
    ["the cluster's domain may be another", [["a", h("web.dev701.svc.k8s.example")]], "a", ""],
  ];
  for (const [why, all, winner, losers] of cases) {
    it(why, () => {
      const found = routeFor(host, "dev701", objects("VirtualService", all));
      assert.equal(found && nameOf(found.winner), winner);
      assert.equal((found?.losers ?? []).map(({ object: one }) => nameOf(one)).join(), losers);
    });
  }
});

describe("what a host is: a Service or an entry", () => {
  const service = (at: string, day?: string): HostOwner => objects("Service", [[at, {}, day]])[0] ?? assert.fail();
  const entry = (at: string, spec = {}, day?: string): HostOwner =>
    objects("ServiceEntry", [[at, spec, day]])[0] ?? assert.fail();
  const cases: readonly (readonly [
    why: string,
    owners: readonly HostOwner[],
    client: string,
    winner: string,
    old?: string,
  ])[] = [
    ["the caller's own namespace", [service("s@other", "01"), entry("e")], "dev701", "e", "s@other"],
    ["a Service before an older entry", [entry("e@a", {}, "01"), service("s@other")], "dev701", "s@other"],
    ["the oldest entry", [entry("e@a", {}, "11"), entry("e@b")], "dev701", "e@b"],
    ["not public before public", [entry("e@a", {}, "01"), entry("e@b", { exportTo: ["dev701"] })], "dev701", "e@b"],
    ["in one namespace the Service", [entry("e", {}, "01"), service("s")], "dev701", "s"],
    ["private to another namespace it is not seen", [entry("e@a", own), entry("e@b", {}, "20")], "dev701", "e@b"],
  ];
  for (const [why, owners, client, winner, before124 = winner] of cases) {
    it(why, () => {
      const found = (version?: string) => {
        const contest = ownerOf(host, client, owners, { version });
        return contest && nameOf(contest.winner);
      };
      assert.deepEqual([found(), found("1.24.0"), found("1.23.6")], [winner, winner, before124]);
    });
  }

  it("up to 1.23 a Sidecar in the callers' namespace lets their own win, else the first", () => {
    const winner = (owners: readonly HostOwner[]) =>
      nameOf(ownerOf(host, "dev701", owners, { version: "1.23.6", hasSidecar: true })?.winner ?? assert.fail());
    assert.equal(winner([service("s@other", "01"), entry("e")]), "e");
    assert.equal(winner([entry("e@a", {}, "01"), service("s@other")]), "e@a");
  });
});

describe("which DestinationRules take effect", () => {
  const rules = (...all: readonly Said[]): readonly DestinationRule[] =>
    objects(
      "DestinationRule",
      all.map(([at, spec, day]): Said => [at, { host, ...spec }, day]),
    );
  const cases: readonly (readonly [why: string, all: readonly DestinationRule[], client: string, found: string])[] = [
    [
      "the caller's namespace hides the others",
      rules(["a", {}], ["b@shop", {}], ["c@istio-system", {}]),
      "shop",
      "b@shop",
    ],
    ["else the host's", rules(["a", {}], ["c@istio-system", {}]), "shop", "a"],
    ["else the root's", rules(["c@istio-system", {}]), "shop", "c@istio-system"],
    ["that of a third namespace never", rules(["d@third", {}]), "shop", ""],
    ["what its namespace keeps for itself not", rules(["a", own]), "shop", ""],
    ["several come together, by age", rules(["b", {}], ["a", {}, "11"]), "dev701", "b,a"],
    [
      "a wildcard only where no exact host is",
      rules(["w", { host: "*.dev701.svc.cluster.local" }], ["a", {}]),
      "dev701",
      "a",
    ],
  ];
  for (const [why, all, client, expected] of cases)
    it(why, () => {
      assert.equal(rulesFor(host, client, "dev701", all).map(nameOf).join(), expected);
    });
});
