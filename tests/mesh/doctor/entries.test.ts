import assert from "node:assert/strict";
import type { ServiceEntry } from "../../../mesh/doctor/objects";
import { clean, itFinds, object, only, service } from "./support";

const db = "db.example.com";
const entry = (name: string, spec: object, metadata: object = {}): ServiceEntry =>
  object("ServiceEntry", name, { hosts: [db], resolution: "DNS", exportTo: ["."], ...spec }, metadata);
const tcp = (number = 3306) => [{ number, name: `tcp-${String(number)}`, protocol: "TCP" }];
const https = (protocol: string) => [{ number: 443, name: "x", protocol }];
const rule = (name: string, spec: object, metadata: object = {}) => object("DestinationRule", name, spec, metadata);
const web = service("web", [{ name: "http-web" }]);
const other = { namespace: "other" };
const older = { creationTimestamp: "2026-10-01T00:00:00Z" };

describe("doctor: ServiceEntries", () => {
  itFinds([
    {
      title: "of another namespace, public, takes this instance's port",
      hit: "port-captured ServiceEntry other/mysql",
      of: { serviceEntries: [entry("mysql", { ports: tcp(), exportTo: ["*"] }, other)] },
      near: {
        serviceEntries: [
          entry("mysql", { ports: tcp() }, other),
          entry(
            "addressed",
            { ports: tcp(), exportTo: ["*"], addresses: ["10.0.0.1"], hosts: ["a.example.com"] },
            other,
          ),
          entry("asked", { ports: tcp(), exportTo: ["*"], resolution: "NONE", hosts: ["b.example.com"] }, other),
          entry("own", { ports: tcp() }),
        ],
      },
    },
    {
      title: "with addresses from istiod, where sidecars do not answer DNS",
      hit: "port-captured ServiceEntry other/mysql",
      of: {
        serviceEntries: [
          {
            ...entry("mysql", { ports: tcp(), exportTo: [] }, other),
            status: { addresses: [{ value: "240.240.0.1" }] },
          },
        ],
      },
      near: {
        serviceEntries: [
          {
            ...entry("mysql", { ports: tcp(), exportTo: [] }, other),
            status: { addresses: [{ value: "240.240.0.1" }] },
          },
        ],
        meshConfig: { ...clean.meshConfig, dnsCapture: true },
      },
    },
    {
      title: "two of the instance's own on one port",
      hit: "port-captured ServiceEntry dev701/a",
      of: {
        serviceEntries: [entry("b", { ports: tcp() }), entry("a", { ports: tcp(), hosts: ["a.example.com"] }, older)],
      },
      near: {
        serviceEntries: [
          entry("b", { ports: tcp() }),
          entry("a", { ports: tcp(3307), hosts: ["a.example.com"] }, older),
        ],
      },
    },
    {
      title: "of the instance's own, public: it takes the port of others",
      hit: "port-captured ServiceEntry dev701/mysql",
      of: { serviceEntries: [entry("mysql", { ports: tcp(), exportTo: ["*"] })] },
      near: { serviceEntries: [entry("mysql", { ports: tcp(), exportTo: ["dev701"] })] },
    },
    {
      title: "two for one host and port that differ",
      hit: "entries-conflict ServiceEntry dev701/b",
      of: { serviceEntries: [entry("b", { ports: https("HTTPS") }), entry("a", { ports: https("TLS") }, older)] },
      near: { serviceEntries: [entry("b", { ports: https("TLS") }), entry("a", { ports: https("TLS") }, older)] },
    },
    {
      title: "a host that is a Service, too",
      hit: "host-twice ServiceEntry other/web",
      of: {
        services: [web],
        serviceEntries: [
          entry("web", { hosts: ["web.dev701.svc.cluster.local"], ports: https("TLS"), exportTo: ["*"] }, other),
        ],
      },
      near: {
        services: [web],
        serviceEntries: [entry("web", { hosts: ["web.dev701.svc.cluster.local"], ports: https("TLS") }, other)],
      },
    },
    {
      title: "HTTP on 443",
      hit: "https-origin ServiceEntry dev701/s3",
      of: { serviceEntries: [entry("s3", { ports: https("HTTP") })] },
      near: {
        serviceEntries: [entry("s3", { ports: https("HTTP") })],
        destinationRules: [rule("s3", { host: db, trafficPolicy: { tls: { mode: "SIMPLE" } } })],
      },
    },
    {
      title: "TLS that is originated where it is already",
      hit: "https-origin ServiceEntry dev701/s3",
      of: {
        serviceEntries: [entry("s3", { ports: https("TLS") })],
        destinationRules: [rule("s3", { host: db, trafficPolicy: { tls: { mode: "SIMPLE" } } })],
      },
      near: {
        serviceEntries: [entry("s3", { ports: https("TLS") })],
        destinationRules: [
          rule("s3", {
            host: db,
            trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: "SIMPLE" } }] },
          }),
        ],
      },
    },
    {
      title: "TCP on 443 where unknown hosts are refused",
      hit: "any-host-allowed ServiceEntry dev701/s3",
      of: {
        serviceEntries: [entry("s3", { ports: https("TCP") })],
        meshConfig: { ...clean.meshConfig, outbound: "REGISTRY_ONLY" },
      },
      near: { serviceEntries: [entry("s3", { ports: https("TCP") })] },
    },
  ]);

  it("the one that takes effect is named, and those whose connections it takes", () => {
    const { sentence, remedy } = only({
      serviceEntries: [
        entry("mysql", { ports: tcp() }),
        entry("reader", { ports: tcp(), hosts: ["reader.example.com"], exportTo: ["*"] }, { ...other, ...older }),
      ],
    });
    assert.equal(
      sentence,
      "it takes every connection of namespace dev701 to port 3306 to db.example.com, also those meant for ServiceEntry other/reader (reader.example.com)",
    );
    assert.match(remedy, /addresses/);
  });
});
