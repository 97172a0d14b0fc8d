import { address, flag, hostPattern, ipAddress, kubernetesName, list, map, whole, word } from "./fields";

/** Protocols a ServiceEntry's port can have. @see https://istio.io/latest/docs/reference/config/networking/service-entry/ */
export const protocols = ["HTTP", "HTTPS", "HTTP2", "GRPC", "MONGO", "TCP", "TLS"] as const;

/** Addresses of a host that the proxy resolves: Istio takes no ranges there. */
export const hostAddresses = (host: string) =>
  list(
    ipAddress("An address."),
    `Addresses of ${host}, so that its port is captured for them alone.`,
    "a list of addresses",
  ).default([]);

/** `istio.dnsCapture`. */
export const dnsCapture = flag(
  "Whether sidecars answer DNS themselves, modern layout: each host outside the mesh without addresses gets one of its own there, so " +
    "that several can share a TCP port. For pods that start afterwards. With `controlPlane: shared`: what the stack that owns the mesh has.",
).default(false);

/** One entry of `externalServices`. */
export const externalService = map(
  {
    name: kubernetesName("Name of the ServiceEntry and its label `app`."),
    hosts: list(hostPattern("A host."), "The hosts.", "a list of DNS names").min(1, {
      error: () => "at least one host",
    }),
    ports: list(
      map({ number: whole(1, 65535, "The port."), protocol: word(protocols, "What is spoken there.") }, "A port."),
      "The ports.",
      "a list of {number, protocol}",
    ).min(1, { error: () => "at least one port" }),
    resolution: word(["DNS", "NONE"], "`DNS`: the proxy resolves the host. `NONE`: the caller did.").default("DNS"),
    addresses: list(
      address("An address."),
      "Addresses of the hosts, so that a TCP port is captured for them alone.",
      "a list of addresses",
    ).default([]),
  },
  "A service outside the mesh.",
);
