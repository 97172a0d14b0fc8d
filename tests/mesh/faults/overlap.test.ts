import fc from "fast-check";
import assert from "node:assert/strict";
import type { Fault } from "../../../mesh/faults/fault";
import { relationOf, shadowed } from "../../../mesh/faults/overlap";
import { pathsOf } from "../../../mesh/faults/paths";

const abort = (more: object = {}): Fault => ({
  type: "httpAbort",
  host: "web",
  httpStatus: 503,
  percentage: 100,
  everyone: true,
  ...more,
});
const ps = { everyone: undefined, sourceLabels: { app: "ps" } };

describe("faults that overlap", () => {
  const rows: readonly (readonly [string, Fault, Fault, string])[] = [
    ["the same twice", abort(), abort({ type: "httpDelay", fixedDelay: "1s" }), "wider"],
    ["all before a path", abort(), abort({ prefix: "/auth" }), "wider"],
    ["a path before all", abort({ prefix: "/auth" }), abort(), "narrower"],
    ["a path before one below it", abort({ prefix: "/auth" }), abort({ prefix: "/auth/login" }), "wider"],
    ["paths that begin alike", abort({ prefix: "/auth" }), abort({ prefix: "/authors" }), "apart"],
    ["a beginning before both", abort({ prefix: "/auth*" }), abort({ prefix: "/authors" }), "wider"],
    ["what lies below before the path", abort({ prefix: "/auth/" }), abort({ prefix: "/auth" }), "narrower"],
    ["some callers before everyone", abort(ps), abort(), "narrower"],
    ["everyone before some callers", abort(), abort(ps), "wider"],
    ["other callers", abort(ps), abort({ ...ps, sourceLabels: { app: "web" } }), "apart"],
    ["callers by different labels", abort(ps), abort({ ...ps, sourceLabels: { tier: "front" } }), "crossing"],
    ["some callers on all paths, everyone on one", abort(ps), abort({ prefix: "/a" }), "crossing"],
    ["everyone on one path, some callers on it and more", abort({ prefix: "/a" }), abort(ps), "crossing"],
    ["some callers on a path before everyone on all", abort({ ...ps, prefix: "/a" }), abort(), "narrower"],
    ["another host", abort(), abort({ host: "other" }), "apart"],
  ];
  for (const [title, earlier, later, expected] of rows)
    it(`${title}: ${expected}`, () => {
      assert.equal(relationOf(earlier, later), expected);
    });

  it("connections: the same host and a port in common", () => {
    const redirect = (ports: readonly number[], more = {}) =>
      ({ type: "tcpRedirect", host: "cache", ports, everyone: true, ...more }) as Fault;
    assert.equal(relationOf(redirect([1, 2]), redirect([2, 3])), "wider");
    assert.equal(relationOf(redirect([1]), redirect([2])), "apart");
    assert.equal(relationOf(redirect([1], ps), redirect([1])), "narrower");
    const external = (service: string) => ({ type: "externalHost", service, mode: "hang", everyone: true }) as Fault;
    assert.deepEqual(
      [relationOf(external("mysql"), external("mysql")), relationOf(external("mysql"), external("mail"))],
      ["wider", "apart"],
    );
    assert.equal(relationOf(redirect([80]), abort({ host: "cache" })), "apart");
  });

  it("each shadowed fault is named once, with the first that hides it", () => {
    const found = shadowed([abort({ prefix: "/a" }), abort(), abort({ prefix: "/b" }), abort(ps)]);
    assert.deepEqual(
      found.map(({ index }) => index),
      [2, 3],
    );
    assert.match(found[0]?.text ?? "", /^would never act: faults\[1\] \(httpAbort\/web\) comes first/);
    assert.match(found[1]?.text ?? "", /^overlaps with faults\[0\] \(httpAbort\/web\/a\)/);
  });

  it("what relationOf says of paths is so for every path", () => {
    const part = fc.constantFrom("a", "b", "ab");
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
    const prefix = fc.tuple(path, fc.constantFrom("", "*", "/")).map(([text, end]) => text + end);
    const hits = (given: string, asked: string) => {
      const { prefix: begin, exact } = pathsOf({ prefix: given });
      return asked === exact || asked.startsWith(begin);
    };
    fc.assert(
      fc.property(prefix, prefix, path, (first, second, asked) => {
        const how = relationOf(abort({ prefix: first }), abort({ prefix: second }));
        const [one, two] = [hits(first, asked), hits(second, asked)];
        if (how === "apart") assert.ok(!(one && two), `${first} ${second} ${asked}`);
        if (how === "wider" && two) assert.ok(one, `${first} ${second} ${asked}`);
        if (how === "narrower" && one) assert.ok(two, `${first} ${second} ${asked}`);
      }),
    );
  });
});
