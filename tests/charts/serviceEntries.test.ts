/**
 * ServiceEntries against the schemas in Istio's own charts. What this does not prove: istiod's webhook judges more than
 * a schema can say, and the API server's rules in CEL are repeated here by hand.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as semver from "semver";
import { readStack, stackNames } from "../../cli/stack/stackFile";
import { networkingApiVersion, serviceEntries, type Entry } from "../../mesh/install/serviceEntries";
import { refusals, ruleMessages, serviceEntrySpec } from "../support/crds";
import { itNeeds, mirror } from "../support/machine";
import { classicVersion, external, modernVersion, parsed, settingsOf } from "../support/settings";

const modernFolder = "istio-release/charts";
const initArchive = (version: string) => `istio-release/releases/${version}/charts/istio-init-${version}.tgz`;

/** Versions of chart base in the mirror, the newest first. */
function baseVersions(): readonly string[] {
  const files = mirror === undefined ? [] : readdirSync(join(mirror, modernFolder));
  const versions = files.map((file) => /^base-(.+)\.tgz$/.exec(file)?.[1]).filter((found) => found !== undefined);
  return semver.rsort([...versions]);
}

const newest = baseVersions()[0] ?? modernVersion;
const archives: Readonly<Record<string, string>> = {
  [`istio-init ${classicVersion}`]: initArchive(classicVersion),
  "istio-init 1.5.10": initArchive("1.5.10"),
  ...Object.fromEntries(
    [newest, ...baseVersions().slice(1)].map((version) => [
      `base ${version}${version === newest ? ", the newest" : ""}`,
      `${modernFolder}/base-${version}.tgz`,
    ]),
  ),
};

const service = (name: string, more: Record<string, unknown>) => ({
  name,
  hosts: [`${name}.example.com`],
  ports: [{ number: 5432, protocol: "TCP" }],
  ...more,
});

/** Custom services, each a stack of its own so that none collides with another. */
const customs = [
  service("addresses", { addresses: ["10.1.2.3", "fd00::7"] }),
  service("ranges", { addresses: ["10.1.0.0/16", "fd00::/8"], resolution: "NONE" }),
  service("wildcard", {
    hosts: ["*.example.com", "example.com"],
    ports: [{ number: 443, protocol: "TLS" }],
    resolution: "NONE",
  }),
  service("protocols", {
    ports: ["HTTP", "HTTPS", "HTTP2", "GRPC", "MONGO", "TCP", "TLS"].map((protocol, at) => ({
      number: at === 0 ? 1 : 65535 - at,
      protocol,
    })),
  }),
  service("longest", { hosts: [`${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(57)}.com`] }),
];

const istio = { version: classicVersion };
const sets: readonly (readonly [string, () => readonly Entry[]])[] = [
  ...stackNames().map((stack) => [`stack ${stack}`, () => serviceEntries(readStack(stack))] as const),
  [
    "all three sections, in China",
    () => serviceEntries(settingsOf({ istio, ...external, dataStorage: { mode: "aws", region: "cn-north-1" } })),
  ],
  ...customs.map(
    (custom) =>
      [`service ${custom.name}`, () => serviceEntries(settingsOf({ istio, externalServices: [custom] }))] as const,
  ),
];

const first: Entry["spec"] = {
  hosts: ["db.example.com"],
  ports: [{ number: 3306, name: "tcp-3306", protocol: "TCP" }],
  location: "MESH_EXTERNAL",
  resolution: "DNS",
  exportTo: ["."],
};
const wrong: Readonly<Record<string, unknown>> = {
  "a port number in quotes": { ...first, ports: [{ number: "3306", name: "tcp-3306", protocol: "TCP" }] },
  "an unknown resolution": { ...first, resolution: "DSN" },
  "an unknown location": { ...first, location: "OUTSIDE" },
  "a host that is no list": { ...first, hosts: "db.example.com" },
  "a misspelt field": { ...first, exportsTo: ["."] },
  "a misspelt field of a port": { ...first, ports: [{ number: 3306, name: "a", protocoll: "TCP" }] },
};

for (const [title, archive] of Object.entries(archives)) {
  describe(`ServiceEntries and the schema in ${title}`, () => {
    const schemaIn = (folder: string) => serviceEntrySpec(join(folder, archive), networkingApiVersion);

    for (const [name, entriesOf] of sets) {
      itNeeds(["mirror"], `accepts: ${name}`, (machine) => {
        const entries = entriesOf();
        assert.equal(entries.length > 0, name !== "stack local700");
        const schema = schemaIn(machine.mirror);
        for (const entry of entries) assert.deepEqual(refusals(schema, entry.spec), [], entry.name);
      });
    }

    itNeeds(["mirror"], "refuses what is wrong, so the check can fail", (machine) => {
      const schema = schemaIn(machine.mirror);
      assert.deepEqual(refusals(schema, first), []);
      for (const [what, spec] of Object.entries(wrong)) assert.notDeepEqual(refusals(schema, spec), [], what);
    });
  });
}

/** The newest CRD's rules in CEL, by their message, in words of this file. Those for endpoints cannot be broken. */
const rules: Readonly<Record<string, (spec: Entry["spec"]) => boolean>> = {
  "CIDR addresses are allowed only for NONE/STATIC resolution types": ({ addresses = [], resolution }) =>
    resolution === "NONE" || !addresses.some((address) => address.includes("/")),
  "hostname cannot be wildcard": ({ hosts }) => !hosts.includes("*"),
  "port must be between 1-65535": ({ ports }) => ports.every(({ number }) => number > 0 && number <= 65535),
  "port number cannot be duplicated": ({ ports }) => new Set(ports.map((port) => port.number)).size === ports.length,
};
const broken = (spec: Entry["spec"]) => Object.keys(rules).filter((message) => rules[message]?.(spec) === false);

describe(`ServiceEntries and the rules in CEL of base ${newest}`, () => {
  itNeeds(["mirror"], "the rules are those that this file repeats", (machine) => {
    const schema = serviceEntrySpec(join(machine.mirror, `${modernFolder}/base-${newest}.tgz`), networkingApiVersion);
    const impossible = [
      "DNS_ROUND_ROBIN mode cannot have multiple endpoints",
      "NONE mode cannot set endpoints",
      "only one of WorkloadSelector or Endpoints can be set",
    ];
    assert.deepEqual(ruleMessages(schema), [...Object.keys(rules), ...impossible].sort());
  });

  for (const [name, entriesOf] of sets) {
    it(`keeps them: ${name}`, () => {
      assert.deepEqual(
        entriesOf().flatMap(({ spec }) => broken(spec)),
        [],
      );
    });
  }

  it("a range of addresses with resolution DNS is refused by the settings, because the API server refuses it", () => {
    const range = service("range", { addresses: ["10.1.0.0/16"], resolution: "DNS" });
    const result = parsed({ istio: { version: modernVersion }, externalServices: [range] });
    const messages = "problems" in result ? [] : serviceEntries(result.settings).flatMap(({ spec }) => broken(spec));
    assert.deepEqual(messages, []);
  });
});
