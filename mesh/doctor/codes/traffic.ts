import type { CodeTable } from "./row";

/** What is wrong with how traffic is described: Services, routes, entries, rules. */
export const trafficCodes = {
  "wrong-protocol": {
    severity: "error",
    problem: "D-01",
    title: "A port is named for HTTP, and another protocol is spoken on it",
    explain:
      "The name of a Service's port, or its appProtocol, tells the sidecar how to treat it. Named for HTTP the sidecar reads requests " +
      "there. A memcached, MySQL or Redis client sends none: the sidecar ends the connection, and the caller sees a 503 or " +
      '"connection termination". Name the port for TCP ("tcp-…"), then nothing but bytes is passed on.',
  },
  "server-speaks-first": {
    severity: "error",
    problem: "D-02",
    title: "A port whose server speaks first does not say that it is TCP",
    explain:
      "On a port without a known name the sidecar waits for the client's first bytes to tell the protocol. Where the server greets " +
      "first (mail, MySQL, FTP, SSH) both wait: the connection hangs for seconds, or for ever. Istio knows ports 25, 53, 3306 and " +
      "27017 by their numbers alone.",
  },
  "port-two-protocols": {
    severity: "error",
    problem: "D-03",
    analyze: ["IST0116"],
    title: "Two Services call one port of the same pods by two protocols",
    explain:
      "The sidecar of the called pod makes one listener for a port. Of two Services that name it differently one decides, and callers of " +
      "the other are misread. istiod counts it as pilot_conflict_inbound_listener.",
  },
  "port-captured": {
    severity: "error",
    problem: "D-04",
    analyze: ["IST0134"],
    title: "A TCP ServiceEntry without addresses takes a port to everywhere",
    explain:
      "TCP names no host. An entry for a TCP port without an address of its own takes every connection to that port, whatever its " +
      "destination, in every namespace that it is exported to. Of several the one that istiod lists first wins: what is exported to the " +
      "namespace alone comes before what is public, then the older one. The addresses that istiod gives count only where sidecars " +
      'answer DNS. Way out: addresses, or exportTo: ["."].',
  },
  "entries-conflict": {
    severity: "error",
    problem: "D-05",
    analyze: ["IST0177"],
    title: "Two ServiceEntries have one host and port, and differ in protocol or resolution",
    explain:
      "istiod keeps one of them and ignores the other's port: callers get a protocol or a resolution that they did not ask for.",
  },
  "host-twice": {
    severity: "warning",
    problem: "D-06",
    title: "A host exists more than once; one of them takes effect",
    explain:
      "The same host as a Service and as a ServiceEntry, or as entries of several namespaces. From 1.24 on what is in the caller's own " +
      "namespace wins, then a Service, then what istiod lists first. Before, a Service of another namespace did not win over an entry. " +
      "For what a VirtualService routes to the choice changed once more in 1.30.",
  },
  "rule-without-effect": {
    severity: "error",
    problem: "D-07",
    title: "A VirtualService has rules of a kind that its port does not take",
    explain:
      "http rules act on HTTP ports alone, tls rules on TLS ports, tcp rules on the rest. A rule of another kind, or for a port that " +
      "the host does not have, does nothing, and nothing says so.",
  },
  "route-hidden": {
    severity: "warning",
    problem: "D-08",
    analyze: ["IST0109"],
    title: "Of two VirtualServices for one host one is ignored",
    explain:
      "VirtualServices do not merge. The more specific host wins; of the same host one that is private to the caller's namespace, then " +
      "one that is exported to it by name, then a public one; then the older, then the smaller name. istiod counts it as " +
      "pilot_vservice_dup_domain.",
  },
  "foreign-route": {
    severity: "warning",
    problem: "D-09",
    title: "A VirtualService of another namespace routes this instance's host",
    explain:
      "Without exportTo an object counts in every namespace of the mesh: somebody else's VirtualService for a host of this instance " +
      'decides where its callers go. exportTo: ["."] keeps an object in its namespace.',
  },
  "rules-do-not-merge": {
    severity: "warning",
    problem: "D-10",
    title: "DestinationRules for one host do not merge",
    explain:
      "Of DestinationRules for one host in one namespace istiod adds the subsets up and keeps the oldest trafficPolicy. From 1.24 on " +
      "those with another exportTo stand apart, and the youngest of them takes effect alone. A rule in the caller's own namespace " +
      "puts those of all other namespaces out of action.",
  },
  "tls-modes-differ": {
    severity: "error",
    problem: "D-11",
    title: "The TLS mode of a DestinationRule does not fit what its pods take",
    explain:
      "Plain text to pods that a PeerAuthentication makes STRICT is reset (503 UF or UC). Istio's mTLS to pods without a sidecar, or " +
      "with mode DISABLE, is not understood. Where mTLS is automatic the rule needs no tls at all.",
  },
  "subset-unknown": {
    severity: "error",
    problem: "D-12",
    analyze: ["IST0101"],
    title: "A route goes to a subset that no DestinationRule has",
    explain: "Envoy has no cluster for it: requests end with 503 and the flag NC.",
  },
  "subset-empty": {
    severity: "error",
    problem: "D-12",
    analyze: ["IST0173"],
    title: "A subset that is routed to selects no pods",
    explain: "Envoy has a cluster without endpoints: requests end with 503 and the flag UH.",
  },
  "https-origin": {
    severity: "error",
    problem: "D-24",
    title: "A ServiceEntry treats an HTTPS origin in a way that cannot work",
    explain:
      "Port 443 with protocol HTTP is read as plain HTTP, which a TLS client does not speak. A DestinationRule that originates TLS on a " +
      "port of protocol HTTPS or TLS encrypts twice. The application speaks HTTP where the sidecar is to originate TLS: then the port " +
      "has protocol HTTP and targetPort 443.",
  },
  "any-host-allowed": {
    severity: "warning",
    problem: "D-24",
    title: "A TCP ServiceEntry on 443 opens that port to every host",
    explain:
      "With outboundTrafficPolicy REGISTRY_ONLY only known hosts can be called. A TCP entry without addresses names no host: every " +
      "destination on its port is let through, and with resolution DNS sent to the entry's own host. Protocol TLS tells hosts apart by SNI.",
  },
  "no-endpoints": {
    severity: "error",
    problem: "D-27",
    title: "No pod of a Service is ready",
    explain: "Requests to it end with 503 and the flag UH, until one of its pods is ready.",
  },
  "target-port-unknown": {
    severity: "error",
    problem: "D-36",
    title: "A Service's targetPort names a port that no container has",
    explain: "The Service has no endpoints on this port: requests end with 503 and the flag UH.",
  },
} as const satisfies CodeTable;
