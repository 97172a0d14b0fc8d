import { checkRows, checkValid, classic, type Row } from "./config";
import { kubernetesName } from "./texts";
import { good, other, tcp, services, one } from "./services";

const hostAllowed =
  'a full DNS name in lower case such as db.example.com, no IP address, no scheme, no port; or such a name after "*."';
const address = "an IP address or a range such as 10.1.0.0/16";
const protocols = "HTTP or HTTPS or HTTP2 or GRPC or MONGO or TCP or TLS";

/** A row for one service with one key that is refused. */
const wrong = (path: string, more: object, shown: string, allowed: string): Row => ({
  name: `${path}: ${shown} is refused`,
  config: one(more),
  problems: [`externalServices[0].${path}: ${shown} is not allowed. Allowed: ${allowed}`],
});

describe("settings: keys of externalServices", () => {
  checkRows([
    {
      name: "a map in place of the list is refused",
      config: { ...classic, externalServices: {} },
      problems: ["externalServices: {} is not allowed. Allowed: a list of external services"],
    },
    {
      name: "a string in place of a service is refused",
      config: services("geo"),
      problems: [
        'externalServices[0]: "geo" is not allowed. Allowed: a map with the keys name, hosts, ports, resolution, addresses',
      ],
    },
    {
      name: "name, hosts and ports are needed",
      config: services({}),
      problems: [
        `externalServices[0].name: missing. Allowed: ${kubernetesName}`,
        "externalServices[0].hosts: missing. Allowed: a list of DNS names",
        "externalServices[0].ports: missing. Allowed: a list of {number, protocol}",
      ],
    },
    wrong("name", { name: "Geo" }, '"Geo"', kubernetesName),
    wrong("hosts", { hosts: [] }, "[]", "at least one host"),
    wrong("hosts[0]", { hosts: ["*"] }, '"*"', hostAllowed),
    wrong("hosts[0]", { hosts: ["*.com"] }, '"*.com"', hostAllowed),
    wrong("hosts[0]", { hosts: ["a.*.com"] }, '"a.*.com"', hostAllowed),
    wrong("hosts[0]", { hosts: ["1.2.3.4"] }, '"1.2.3.4"', hostAllowed),
    wrong("ports", { ports: [] }, "[]", "at least one port"),
    wrong("ports[0]", { ports: [443] }, "443", "a map with the keys number, protocol"),
    wrong("ports[0].number", { ports: [{ number: 0, protocol: "TCP" }] }, "0", "a whole number from 1 to 65535"),
    wrong("ports[0].protocol", { ports: [{ number: 1, protocol: "UDP" }] }, '"UDP"', protocols),
    wrong("resolution", { resolution: "STATIC" }, '"STATIC"', "DNS or NONE"),
    wrong("addresses", { addresses: "10.0.0.1" }, '"10.0.0.1"', "a list of addresses"),
    wrong("addresses[0]", { addresses: ["10.0.0"] }, '"10.0.0"', address),
    wrong("addresses[0]", { addresses: ["10.0.0.0/33"] }, '"10.0.0.0/33"', address),
    wrong("addresses[0]", { addresses: ["10.0.0.0/"] }, '"10.0.0.0/"', address),
    wrong("addresses[0]", { addresses: ["10.0.0.0/8/8"] }, '"10.0.0.0/8/8"', address),
    wrong("addresses[0]", { addresses: ["fd00::/129"] }, '"fd00::/129"', address),
    wrong("addresses[0]", { addresses: ["geo.example.com"] }, '"geo.example.com"', address),
    {
      name: "an unknown key of a port names the nearest",
      config: one({ ports: [{ number: 443, protocol: "TLS", nmber: 1 }] }),
      problems: [
        'externalServices[0].ports[0]: unknown key "nmber", the nearest known one is "number" (known: number, protocol)',
      ],
    },
  ]);
  checkValid([
    {
      name: "IPv4 and IPv6 addresses and ranges are valid",
      config: one({ addresses: ["10.0.0.1", "10.0.0.0/8", "fd00::1", "fd00::/128"], resolution: "NONE" }),
    },
    { name: "single addresses with DNS are valid", config: one({ addresses: ["10.0.0.1", "fd00::1"] }) },
    { name: "a wildcard with resolution NONE is valid", config: one({ hosts: ["*.example.com"], resolution: "NONE" }) },
  ]);
});

describe("settings: rules over externalServices", () => {
  checkRows([
    {
      name: "a port number cannot be listed twice",
      config: one({ ports: [1, 2, 2].map((number) => ({ number, protocol: "TLS" })) }),
      problems: ["externalServices[0].ports: port 2 is listed twice"],
    },
    {
      name: "DNS cannot resolve a wildcard",
      config: one({ hosts: ["geo.example.com", "*.example.com"] }),
      problems: [
        "externalServices[0].resolution: DNS cannot resolve the wildcard *.example.com; use resolution: NONE, or name the hosts",
      ],
    },
    {
      name: "a range of addresses is for NONE",
      config: one({ addresses: ["10.0.0.1", "10.1.0.0/16"] }),
      problems: ["externalServices[0].addresses: ranges are for resolution: NONE; with DNS give single addresses"],
    },
    {
      name: "NONE with a TCP port needs addresses",
      config: services(tcp("db", 5432, { resolution: "NONE" })),
      problems: [
        "externalServices[0].resolution: NONE with a TCP port and no addresses lets every destination on that port through; use DNS, or give addresses",
      ],
    },
    {
      name: "NONE with a TCP port beside an HTTP one needs them too",
      config: services({
        ...good,
        resolution: "NONE",
        ports: [
          { number: 80, protocol: "HTTP" },
          { number: 5432, protocol: "TCP" },
        ],
      }),
      problems: [
        "externalServices[0].resolution: NONE with a TCP port and no addresses lets every destination on that port through; use DNS, or give addresses",
      ],
    },
    {
      name: "a service that is valid by itself is judged beside one that is not",
      config: services({ ...good, hosts: ["*.example.com"] }, { ...other, hosts: [] }),
      problems: [
        "externalServices[1].hosts: [] is not allowed. Allowed: at least one host",
        "externalServices[0].resolution: DNS cannot resolve the wildcard *.example.com; use resolution: NONE, or name the hosts",
      ],
    },
    {
      name: "a name cannot be used twice",
      config: services(good, { ...other, name: "geo" }),
      problems: ['externalServices[1].name: "geo" is used twice'],
    },
    ...["mysql", "bucket", "smtp"].map((name) => ({
      name: `the name ${name} is taken`,
      config: one({ name }),
      problems: [
        `externalServices[0].name: "${name}" is the name of an entry that the sections mysql, dataStorage and mail make; choose another`,
      ],
    })),
  ]);
  checkValid([
    {
      name: "NONE with a TCP port and addresses is valid",
      config: services(tcp("db", 5432, { resolution: "NONE", addresses: ["10.0.0.1"] })),
    },
  ]);
});
