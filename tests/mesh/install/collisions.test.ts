// Which pairs Envoy confuses is taken from FACTS, section 5; no proxy runs here.
import assert from "node:assert/strict";
import fc from "fast-check";
import { collisions } from "../../../mesh/install/collisions";
import type { Entry } from "../../../mesh/install/serviceEntries";

const entry = (
  name: string,
  protocol: string,
  host: string,
  addresses: readonly string[] = [],
  number = 443,
): Entry => ({
  name,
  spec: {
    hosts: [host],
    ...(addresses.length === 0 ? {} : { addresses }),
    ports: [{ number, name: "p", protocol }],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    exportTo: ["."],
  },
});
/** Sidecars that capture no DNS, and cannot. */
const none = { on: false, wayOut: "" };
const clash = (earlier: string, later: string) =>
  `port 443 (${later}) collides with the entry "first" (${earlier}): without distinct addresses the proxy cannot tell ` +
  "them apart and one takes the other's connections; give both of them addresses";
const sameHost = 'host a.com with port 443 is in the entry "first" too';

describe("service entries: collisions on one port", () => {
  const rows: readonly (readonly [string, Entry, Entry, string | undefined])[] = [
    ...(
      [
        ["TCP", "TCP"],
        ["TCP", "TLS"],
        ["TLS", "TCP"],
        ["HTTP", "TCP"],
        ["TCP", "GRPC"],
        ["HTTP", "TLS"],
        ["MONGO", "TCP"],
      ] as const
    ).map(
      ([one, two]) =>
        [`${one} and ${two}`, entry("first", one, "a.com"), entry("second", two, "b.com"), clash(one, two)] as const,
    ),
    ["HTTP and HTTP, other hosts", entry("first", "HTTP", "a.com"), entry("second", "HTTP", "b.com"), undefined],
    ["HTTP and HTTP, one host", entry("first", "HTTP", "a.com"), entry("second", "HTTP", "a.com"), sameHost],
    ["GRPC and HTTP2, one host", entry("first", "GRPC", "a.com"), entry("second", "HTTP2", "a.com"), sameHost],
    ["TLS and HTTPS, other hosts", entry("first", "TLS", "a.com"), entry("second", "HTTPS", "b.com"), undefined],
    ["TLS and HTTPS, one host", entry("first", "TLS", "a.com"), entry("second", "HTTPS", "a.com"), sameHost],
    ["TCP and TCP on other ports", entry("first", "TCP", "a.com", [], 80), entry("second", "TCP", "b.com"), undefined],
  ];
  for (const [name, first, second, expected] of rows) {
    it(name, () => {
      const found = expected === undefined ? [] : [{ earlier: "first", later: "second", text: expected }];
      assert.deepEqual(collisions([first, second], none), found);
    });
  }
});

describe("service entries: addresses tell TCP entries apart", () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[], boolean])[] = [
    ["equal ones", ["10.0.0.1"], ["10.0.0.1"], true],
    ["one equal of several", ["10.0.0.1", "10.0.0.2"], ["10.0.0.3", "10.0.0.2"], true],
    ["an address in the other's range", ["10.0.0.0/24"], ["10.0.0.7"], true],
    ["an address in the range of the later", ["10.0.0.7"], ["10.0.0.0/24"], true],
    ["a range in a range", ["10.0.0.0/8"], ["10.1.0.0/16"], true],
    ["a range in a range, the other way", ["10.1.0.0/16"], ["10.0.0.0/8"], true],
    ["an IPv6 address in a range", ["fd00::/8"], ["fd12::1"], true],
    ["distinct addresses", ["10.0.0.1"], ["10.0.0.2"], false],
    ["distinct ranges", ["10.0.0.0/24"], ["10.0.1.0/24"], false],
    ["the edge of a range", ["10.0.0.0/24"], ["10.0.1.0"], false],
    ["IPv4 and IPv6", ["0.0.0.0/0"], ["::1"], false],
    ["one with and one without", ["10.0.0.1"], [], false],
    ["one without and one with", [], ["10.0.0.1"], false],
    ["none on both", [], [], true],
  ];
  for (const [name, first, second, collide] of rows) {
    it(`${name}: ${collide ? "collide" : "do not"}`, () => {
      const entries = [entry("first", "TCP", "a.com", first), entry("second", "TCP", "b.com", second)];
      assert.deepEqual(
        collisions(entries, none).map(({ later }) => later),
        collide ? ["second"] : [],
      );
    });
  }

  it("every pair is reported, the later one by its name", () => {
    const found = collisions(
      ["a", "b", "c"].map((name) => entry(name, "TCP", `${name}.com`)),
      none,
    );
    assert.deepEqual(
      found.map(({ earlier, later }) => [earlier, later]),
      [
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
      ],
    );
  });

  it("many entries have the collisions of their pairs, in the order of the list", () => {
    const one = fc.record({
      protocol: fc.constantFrom("HTTP", "GRPC", "TLS", "TCP", "MONGO"),
      host: fc.constantFrom("a.com", "b.com"),
      addresses: fc.constantFrom([], ["10.0.0.1"], ["10.0.0.0/8"]),
      number: fc.constantFrom(80, 443),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), (many) => {
        const entries = many.map(({ protocol, host, addresses, number }, at) =>
          entry(`e${String(at)}`, protocol, host, addresses, number),
        );
        const pairs = entries.flatMap((later, at) =>
          entries.slice(0, at).flatMap((earlier) => collisions([earlier, later], none)),
        );
        assert.deepEqual(collisions(entries, none), pairs);
      }),
    );
  });
});
