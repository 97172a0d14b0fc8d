import assert from "node:assert/strict";
import { networkingApiVersion, serviceEntries, type ExternalSettings } from "../../../mesh/install/serviceEntries";

const external = { location: "MESH_EXTERNAL", exportTo: ["."] };
const mysql = { external: true, externalHostName: "db.example.com", addresses: [] };
const mail = { external: true, externalHostName: "m.example.com", externalHostPort: 587, addresses: [] };

describe("service entries: specs", () => {
  const rows: readonly (readonly [string, ExternalSettings, readonly object[]])[] = [
    [
      "mysql",
      { mysql },
      [
        {
          name: "mysql",
          spec: {
            hosts: ["db.example.com"],
            ports: [{ number: 3306, name: "tcp-3306", protocol: "TCP" }],
            resolution: "DNS",
            ...external,
          },
        },
      ],
    ],
    ...[
      ["eu-central-1", "s3.eu-central-1.amazonaws.com"],
      ["us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"],
      ["cn-north-1", "s3.cn-north-1.amazonaws.com.cn"],
      ["eusc-de-east-1", "s3.eusc-de-east-1.amazonaws.eu"],
      ["us-iso-east-1", "s3.us-iso-east-1.c2s.ic.gov"],
      ["us-isob-east-1", "s3.us-isob-east-1.sc2s.sgov.gov"],
      ["eu-isoe-west-1", "s3.eu-isoe-west-1.cloud.adc-e.uk"],
      ["us-isof-south-1", "s3.us-isof-south-1.csp.hci.ic.gov"],
    ].map(
      ([region = "", endpoint = ""]) =>
        [
          `bucket in ${region}`,
          { dataStorage: { mode: "aws", region } },
          [
            {
              name: "bucket",
              spec: {
                hosts: [endpoint, `*.${endpoint}`],
                ports: [
                  { number: 80, name: "http-80", protocol: "HTTP" },
                  { number: 443, name: "tls-443", protocol: "TLS" },
                ],
                resolution: "NONE",
                ...external,
              },
            },
          ],
        ] as const,
    ),
    [
      "smtp",
      { mail: { ...mail, externalHostPort: 25 } },
      [
        {
          name: "smtp",
          spec: {
            hosts: ["m.example.com"],
            ports: [{ number: 25, name: "tcp-25", protocol: "TCP" }],
            resolution: "DNS",
            ...external,
          },
        },
      ],
    ],
    [
      "mysql and smtp with addresses",
      { mysql: { ...mysql, addresses: ["10.1.2.3"] }, mail: { ...mail, addresses: ["10.1.2.4", "fd00::4"] } },
      [
        {
          name: "mysql",
          spec: {
            hosts: ["db.example.com"],
            addresses: ["10.1.2.3"],
            ports: [{ number: 3306, name: "tcp-3306", protocol: "TCP" }],
            resolution: "DNS",
            ...external,
          },
        },
        {
          name: "smtp",
          spec: {
            hosts: ["m.example.com"],
            addresses: ["10.1.2.4", "fd00::4"],
            ports: [{ number: 587, name: "tcp-587", protocol: "TCP" }],
            resolution: "DNS",
            ...external,
          },
        },
      ],
    ],
    [
      "a service of one's own",
      {
        externalServices: [
          {
            name: "geo",
            hosts: ["geo.example.com", "*.geo.example.com"],
            ports: [
              { number: 443, protocol: "HTTPS" },
              { number: 8080, protocol: "HTTP2" },
            ],
            resolution: "NONE",
            addresses: ["10.0.0.0/24"],
          },
        ],
      },
      [
        {
          name: "geo",
          spec: {
            hosts: ["geo.example.com", "*.geo.example.com"],
            addresses: ["10.0.0.0/24"],
            ports: [
              { number: 443, name: "https-443", protocol: "HTTPS" },
              { number: 8080, name: "http2-8080", protocol: "HTTP2" },
            ],
            resolution: "NONE",
            ...external,
          },
        },
      ],
    ],
    ["nothing", {}, []],
    [
      "sections that are not external",
      {
        mysql: { ...mysql, external: false },
        mail: { ...mail, external: false },
        dataStorage: { mode: "none", region: "eu-central-1" },
        externalServices: [],
      },
      [],
    ],
    [
      "sections without their host",
      {
        mysql: { external: true, addresses: [] },
        mail: { external: true, externalHostPort: 587, addresses: [] },
        dataStorage: { mode: "aws" },
      },
      [],
    ],
  ];
  for (const [name, settings, expected] of rows) {
    it(`of ${name}`, () => {
      assert.deepEqual(serviceEntries(settings), expected);
    });
  }

  it("come in a stable order: mysql, bucket, smtp, then the list's", () => {
    const own = (name: string) => ({
      name,
      hosts: [`${name}.com`],
      ports: [],
      resolution: "DNS" as const,
      addresses: [],
    });
    const entries = serviceEntries({
      externalServices: [own("z"), own("a")],
      mail,
      dataStorage: { mode: "aws", region: "eu-central-1" },
      mysql,
    });
    assert.deepEqual(
      entries.map(({ name }) => name),
      ["mysql", "bucket", "smtp", "z", "a"],
    );
  });

  it("have one apiVersion for every Istio", () => {
    assert.equal(networkingApiVersion, "networking.istio.io/v1alpha3");
  });
});
