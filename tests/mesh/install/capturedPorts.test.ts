// That Envoy does lead another host's connections to the entry's own is seen in tests/dataplane/sharedPort.test.ts.
import assert from "node:assert/strict";
import { meshPlan } from "../../../mesh/meshPlan";
import { classicVersion, external, settingsOf, type Sections } from "../../support/settings";

const istio = { version: classicVersion };
const warnings = (sections: Sections) => meshPlan(settingsOf({ istio, ...sections })).warnings;
const captures = (name: string, ports: string, host: string, key: string) =>
  `ServiceEntry ${name} captures TCP port ${ports} for every destination outside the cluster: TCP names no host, so what ` +
  `namespace dev701 calls there on another host ends at ${host}. If it calls another, set ${key}`;
const service = (more: object) => ({ name: "pg", hosts: ["pg.example.com"], ...more });

describe("warning of TCP ports that an entry captures for every destination", () => {
  const rows: (readonly [string, Sections, readonly string[]])[] = [
    [
      "mysql and mail without addresses, and not the bucket, whose hosts are told apart",
      external,
      [
        captures("mysql", "3306", "db.example.com", "mysql.addresses"),
        captures("smtp", "587", "smtp.example.com", "mail.addresses"),
      ],
    ],
    [
      "none for those with addresses",
      {
        mysql: { ...external.mysql, addresses: ["10.1.2.3"] },
        mail: { ...external.mail, addresses: ["10.1.2.4"] },
      },
      [],
    ],
    ["none where nothing is outside the mesh", {}, []],
    [
      "a service of one's own: its TCP ports, in one line",
      {
        externalServices: [
          service({
            ports: [
              { number: 5432, protocol: "TCP" },
              { number: 8443, protocol: "TLS" },
              { number: 27017, protocol: "MONGO" },
            ],
          }),
        ],
      },
      [captures("pg", "5432, 27017", "pg.example.com", 'addresses of externalServices "pg"')],
    ],
    [
      "none for HTTP and TLS",
      {
        externalServices: [
          service({
            ports: ["HTTP", "HTTPS", "HTTP2", "GRPC", "TLS"].map((protocol, number) => ({
              number: number + 1,
              protocol,
            })),
          }),
        ],
      },
      [],
    ],
    [
      "none where the caller resolved the host and addresses are given",
      {
        externalServices: [
          service({ ports: [{ number: 5432, protocol: "TCP" }], resolution: "NONE", addresses: ["10.0.0.0/24"] }),
        ],
      },
      [],
    ],
  ];
  const modern = (more: object) => ({ istio: { version: "1.30.3", ...more }, mysql: external.mysql });
  const way = captures("mysql", "3306", "db.example.com", "mysql.addresses");
  rows.push(
    ["modern: DNS capture is a way out", modern({}), [`${way}, or istio.dnsCapture: true`]],
    ["none where sidecars capture DNS", modern({ dnsCapture: true }), []],
    [
      "another stack's mesh: its owner comes first",
      modern({ controlPlane: "shared" }),
      [`${way}, or istio.dnsCapture: true, first in the stack that owns the mesh`],
    ],
    ["another stack's mesh that captures DNS", modern({ controlPlane: "shared", dnsCapture: true }), []],
  );
  for (const [name, sections, expected] of rows) {
    it(name, () => {
      assert.deepEqual(warnings(sections), expected);
    });
  }
});
