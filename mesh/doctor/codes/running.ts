import type { CodeTable } from "./row";

/** What running proxies and applications say. A counter says what was since the proxy started, not when. */
export const runningCodes = {
  "outbound-blocked": {
    severity: "info",
    problem: "D-25",
    title: "Calls to unknown hosts were refused",
    explain:
      "With outboundTrafficPolicy REGISTRY_ONLY, of the mesh or of a Sidecar, a call to a host without a Service or ServiceEntry ends: " +
      "502 where HTTP is read, a closed connection elsewhere. Proxies count it as BlackHoleCluster. That may be what is wanted.",
  },
  "listens-locally": {
    severity: "error",
    problem: "D-26",
    analyze: ["IST0143"],
    title: "An application listens on 127.0.0.1 alone",
    explain:
      "From Istio 1.10 on the sidecar calls the application at the pod's own address, as every pod without a mesh is called. Ports of " +
      "Services are looked up in /proc/net/tcp of one pod of each workload, by exec in its istio-proxy container: it needs that right.",
  },
  "connection-cut": {
    severity: "info",
    problem: "D-32",
    title: "Connections were closed by the other side with a request on them",
    explain:
      "The caller gets a 503 with the flag UC, as a rule once in a while. A server that ends idle connections sooner than the proxy, " +
      "which keeps them for an hour, does it; so does one that crashes. Envoy counts upstream_cx_destroy_remote_with_active_rq.",
  },
  "calls-overflowed": {
    severity: "info",
    problem: "D-33",
    title: "More calls were made than a connectionPool allows",
    explain:
      "Calls above the limits of a DestinationRule's connectionPool end at once, with a 503 and the flag UO. It is a warning where a " +
      "limit is reached at this moment, too.",
  },
  "hosts-ejected": {
    severity: "warning",
    problem: "D-33",
    title: "Proxies pass addresses over because they failed",
    explain:
      "outlierDetection of a DestinationRule takes addresses out for a while once calls to them fail. The finding is of this moment. " +
      "Proxies are asked for it only where a DestinationRule has outlierDetection.",
  },
} as const satisfies CodeTable;

/** What is set, and does nothing or not what was meant. */
export const settingCodes = {
  "filter-version": {
    severity: "warning",
    problem: "D-30",
    title: "An EnvoyFilter is for proxies of a version that none has",
    explain:
      "match.proxy.proxyVersion is a pattern for Istio's version of a proxy. After an upgrade it may match none any more: the patch is " +
      "left out. Where another EnvoyFilter of the namespace is for what runs, nothing is said.",
  },
  "filter-order": {
    severity: "warning",
    problem: "D-30",
    analyze: ["IST0151", "IST0152"],
    title: "An EnvoyFilter refers to a filter that a later one adds",
    explain:
      "istiod applies them by priority, then the root namespace's, then by age. INSERT_BEFORE and its like find only what is there by " +
      "then; else the patch is passed over.",
  },
  "ambient-and-sidecar": {
    severity: "warning",
    problem: "D-35",
    title: "A namespace is labelled for ambient mode and for sidecars",
    explain: "Its new pods get a sidecar, and ambient mode leaves out every pod that has one.",
  },
  "policy-needs-waypoint": {
    severity: "error",
    problem: "D-35",
    analyze: ["IST0167"],
    title: "An AuthorizationPolicy asks ztunnel for what only a waypoint can tell",
    explain:
      "ztunnel does not read HTTP. Rules of an ALLOW policy with fields of HTTP allow nothing there; of a DENY policy these fields are " +
      "left out. A policy for a waypoint names it, or a Service behind it, in targetRefs.",
  },
  "setting-removed": {
    severity: "info",
    problem: "D-37",
    title: "A variable is set that this Istio no longer reads",
    explain:
      "Istio removes switches a few minors after their default changed, and says nothing of those that are still set. What such a switch " +
      "kept as it was has changed.",
  },
  "kiali-shut-out": {
    severity: "warning",
    problem: "D-38",
    title: "istiod's debug endpoints are closed to Kiali",
    explain:
      "From 1.27.6, 1.28.4 and 1.29.0 on istiod answers debug questions of istio-system alone, and of the namespaces in " +
      "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES. A Kiali elsewhere shows proxies as unknown.",
  },
} as const satisfies CodeTable;
