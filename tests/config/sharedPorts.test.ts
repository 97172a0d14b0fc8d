// What the proxy can tell apart on one port; the pairs themselves stand in tests/mesh/install/collisions.test.ts.
import { checkRows, checkValid, classic, type Config } from "./config";
import { good, other, tcp, services, one } from "./services";

const clash = (port: number, protocol: string, earlier: string) =>
  `port ${String(port)} (${protocol}) collides with the entry ${earlier}: without distinct addresses the proxy cannot ` +
  "tell them apart and one takes the other's connections; give both of them addresses";

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

describe("settings: services on one port, where sidecars may capture DNS", () => {
  const two = [tcp("a", 5432), tcp("b", 5432)];
  const hosts = tcp("a", 5432, { hosts: ["a.example.com", "b.example.com"] });
  const stack = (istio: object, ...list: readonly unknown[]): Config => ({
    istio: { version: "1.30.3", ...istio },
    externalServices: list,
  });
  const metadata = (value: object) => ({ values: { meshConfig: { defaultConfig: { proxyMetadata: value } } } });
  const captured = { ISTIO_META_DNS_CAPTURE: "true" };
  const collides = (wayOut: string) => [`externalServices[1]: ${clash(5432, "TCP", '"a" (TCP)')}${wayOut}`];

  checkRows([
    {
      name: "the way out names it in the modern layout",
      config: stack({}, ...two),
      problems: collides(", or istio.dnsCapture: true"),
    },
    {
      name: "also for hosts of one service",
      config: stack({}, hosts),
      problems: [
        "externalServices[0]: hosts a.example.com and b.example.com share port 5432 (TCP): the proxy tells TCP apart by " +
          "address alone, and one host takes the other's connections; make an entry for each, both with addresses, or " +
          "istio.dnsCapture: true",
      ],
    },
    {
      name: "not where addresses were given and are equal: those it leaves alone",
      config: stack({}, ...two.map((service) => ({ ...service, addresses: ["10.0.0.1"] }))),
      problems: collides(""),
    },
    {
      name: "with another stack's control plane, its owner comes first",
      config: stack({ controlPlane: "shared" }, ...two),
      problems: collides(", or istio.dnsCapture: true, first in the stack that owns the mesh"),
    },
    {
      name: "the user's values win",
      config: stack({ dnsCapture: true, ...metadata({ ISTIO_META_DNS_CAPTURE: "false" }) }, ...two),
      problems: collides(", or remove ISTIO_META_DNS_… from istio.values"),
    },
    {
      name: "also where they keep istiod from giving addresses",
      config: stack(
        { dnsCapture: true, values: { pilot: { env: { PILOT_ENABLE_IP_AUTOALLOCATE: "false" } } } },
        ...two,
      ),
      problems: collides(", or let istiod give addresses, which istio.values forbid"),
    },
    {
      name: "or have it behave as one that did not",
      config: stack({ version: "1.27.9", dnsCapture: true, values: { compatibilityVersion: "1.24" } }, ...two),
      problems: collides(", or let istiod give addresses, which istio.values forbid"),
    },
    {
      name: "captured by values alone is not enough below 1.25, where addresses have to be asked for",
      config: { ...stack({ version: "1.24.6", ...metadata(captured) }, ...two), kiali: { enabled: false } },
      problems: collides(", or istio.dnsCapture: true"),
    },
    {
      name: "the classic layout cannot",
      config: { istio: { version: "1.4.6", dnsCapture: true }, externalServices: two },
      problems: [
        "istio.dnsCapture: the classic layout's sidecars cannot capture DNS, those of 1.12 and newer can; set it to false, and " +
          "give TCP services addresses",
        ...collides(""),
      ],
    },
  ]);
  checkValid([
    { name: "two databases on one port with it", config: stack({ dnsCapture: true }, ...two) },
    { name: "two hosts of one service with it", config: stack({ dnsCapture: true }, hosts) },
    {
      name: "beside cni and ambient",
      config: stack({ dnsCapture: true, cni: { enabled: true }, ztunnel: { enabled: true } }),
    },
    { name: "in a stack whose mesh is another's", config: stack({ dnsCapture: true, controlPlane: "shared" }, ...two) },
    { name: "where istio.values capture DNS already", config: stack(metadata(captured), ...two) },
    { name: "false in the classic layout", config: { istio: { version: "1.4.6", dnsCapture: false } } },
  ]);
});
