// What the proxy can tell apart on one port; the pairs themselves stand in tests/mesh/install/collisions.test.ts.
import { checkRows, checkValid, classic, type Config } from "./config";

const clash = (port: number, protocol: string, earlier: string) =>
  `port ${String(port)} (${protocol}) collides with the entry ${earlier}: without distinct addresses the proxy cannot ` +
  "tell them apart and one takes the other's connections; give both of them addresses";

const good = { name: "geo", hosts: ["geo.example.com"], ports: [{ number: 443, protocol: "TLS" }] };
const other = { name: "weather", hosts: ["weather.example.com"], ports: [{ number: 443, protocol: "TLS" }] };
const tcp = (name: string, number: number, more: object = {}) => ({
  name,
  hosts: [`${name}.example.com`],
  ports: [{ number, protocol: "TCP" }],
  ...more,
});
const services = (...list: readonly unknown[]): Config => ({ ...classic, externalServices: list });
const one = (more: object): Config => services({ ...good, ...more });

describe("settings: services on one port", () => {
  checkRows([
    {
      name: "two TCP services cannot share a port",
      config: services(tcp("a", 5432), tcp("b", 5432)),
      problems: [`externalServices[1]: ${clash(5432, "TCP", '"a" (TCP)')}`],
    },
    {
      name: "a service cannot take the database's port",
      config: { ...services(tcp("a", 3306)), mysql: { external: true, externalHostName: "db.example.com" } },
      problems: [`externalServices[0]: ${clash(3306, "TCP", '"mysql" (TCP)')}`],
    },
    {
      name: "mail on 443 collides with the bucket, and the key mail is named",
      config: {
        ...classic,
        dataStorage: { mode: "aws", region: "eu-central-1" },
        mail: { external: true, externalHostName: "m.example.com", externalHostPort: 443 },
      },
      problems: [`mail: ${clash(443, "TCP", '"bucket" (TLS)')}`],
    },
    {
      name: "mail on 3306 collides with mysql",
      config: {
        ...classic,
        mysql: { external: true, externalHostName: "db.example.com" },
        mail: { external: true, externalHostName: "m.example.com", externalHostPort: 3306 },
      },
      problems: [`mail: ${clash(3306, "TCP", '"mysql" (TCP)')}`],
    },
    {
      name: "two hosts of one service cannot share a TCP port, whatever its addresses",
      config: services(tcp("a", 5432, { hosts: ["a.example.com", "b.example.com"], addresses: ["10.0.0.1"] })),
      problems: [
        "externalServices[0]: hosts a.example.com and b.example.com share port 5432 (TCP): the proxy tells TCP apart by " +
          "address alone, and one host takes the other's connections; make an entry for each, both with addresses",
      ],
    },
    {
      name: "nor a port for MongoDB",
      config: one({ hosts: ["a.example.com", "b.example.com"], ports: [{ number: 27017, protocol: "MONGO" }] }),
      problems: [
        "externalServices[0]: hosts a.example.com and b.example.com share port 27017 (MONGO): the proxy tells TCP apart by " +
          "address alone, and one host takes the other's connections; make an entry for each, both with addresses",
      ],
    },
    {
      name: "a service cannot have the database's port and address",
      config: {
        ...services(tcp("a", 3306, { addresses: ["10.0.0.1"] })),
        mysql: { external: true, externalHostName: "db.example.com", addresses: ["10.0.0.1"] },
      },
      problems: [`externalServices[0]: ${clash(3306, "TCP", '"mysql" (TCP)')}`],
    },
    {
      name: "one host cannot have the same TLS port in two services",
      config: services(good, { ...other, hosts: good.hosts }),
      problems: ['externalServices[1]: host geo.example.com with port 443 is in the entry "geo" too'],
    },
  ]);
  checkValid([
    { name: "two TLS services share a port by their hosts", config: services(good, other) },
    {
      name: "two TCP services share a port by distinct addresses",
      config: services(tcp("a", 5432, { addresses: ["10.0.0.1"] }), tcp("b", 5432, { addresses: ["10.0.0.2"] })),
    },
    {
      name: "a second database beside mysql, by addresses",
      config: {
        ...services(tcp("reader", 3306, { addresses: ["10.0.0.2"] })),
        mysql: { external: true, externalHostName: "db.example.com", addresses: ["10.0.0.1"] },
      },
    },
    { name: "two hosts share a TLS port by their names", config: one({ hosts: ["a.example.com", "b.example.com"] }) },
    {
      name: "two hosts on a TCP port where the caller resolved them: each connection goes where it was sent",
      config: services(
        tcp("a", 5432, {
          hosts: ["a.example.com", "b.example.com"],
          resolution: "NONE",
          addresses: ["10.0.0.0/24"],
        }),
      ),
    },
  ]);
});
