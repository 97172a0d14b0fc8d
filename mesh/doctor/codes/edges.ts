import type { CodeTable } from "./row";

/** What is wrong where traffic comes in, who is let through, and what is hidden. */
export const edgeCodes = {
  "gateway-without-pods": {
    severity: "error",
    problem: "D-28",
    analyze: ["IST0101"],
    title: "A Gateway's selector takes no pod",
    explain: "Nobody serves what it describes: its hosts are answered by nobody, or with 404 by another gateway.",
  },
  "gateway-port-closed": {
    severity: "warning",
    problem: "D-28",
    analyze: ["IST0162"],
    title: "A Gateway's port is on no Service of its pods",
    explain:
      "The gateway's pods listen on the port that the Gateway names, or on the target of the Service's port of that number. Without such " +
      "a port nobody gets there from outside of the pods.",
  },
  "gateway-certificate": {
    severity: "error",
    problem: "D-28",
    analyze: ["IST0161"],
    title: "A Gateway's certificate is missing, has ended, or cannot be used",
    explain:
      "A gateway reads credentialName from the namespace of its pods, not of the Gateway. Without a valid pair of certificate and key it " +
      "refuses TLS on that port. The doctor reads the Secrets that Gateways name, and keeps names and dates alone.",
  },
  "gateway-certificate-twice": {
    severity: "warning",
    problem: "D-28",
    analyze: ["IST0138"],
    title: "Two Gateways have one certificate for hosts of both",
    explain:
      "Browsers that speak HTTP/2 use one connection for all hosts of its certificate. On that of the first Gateway the hosts of the " +
      "second are unknown: 404, for some people, some of the time.",
  },
  "gateway-route-kind": {
    severity: "error",
    problem: "D-28",
    title: "A VirtualService has rules that its Gateway's port does not take",
    explain:
      "A port that reads HTTP, or ends TLS of protocol HTTPS, takes http rules. One with tls.mode PASSTHROUGH takes tls rules, with SNI. " +
      "Protocol TCP, or TLS that the gateway ends, takes tcp rules. Others do nothing, and callers get 404 or a reset.",
  },
  "hidden-by-sidecar": {
    severity: "warning",
    problem: "D-39",
    title: "A Sidecar hides an object that is for the pods of its namespace alone",
    explain:
      "A Sidecar's egress lists the hosts that pods know. A VirtualService or ServiceEntry that is not exported, and whose hosts no " +
      "Sidecar of the namespace lets in, reaches nobody. What a route that is let in leads to is let in with it.",
  },
  "all-denied": {
    severity: "warning",
    problem: "D-40",
    title: "AuthorizationPolicies refuse every call of a Service",
    explain:
      "As soon as one ALLOW policy is for a pod, what none of them allows is refused. A policy without rules allows nothing: it is the " +
      "usual deny-all, and somebody has to allow something beside it. On TCP ports a rule with fields of HTTP allows nothing.",
  },
  "policy-allows-nobody": {
    severity: "warning",
    problem: "D-40",
    title: "An AuthorizationPolicy allows callers of which there are none",
    explain:
      "All of its rules name namespaces, themselves or in a service account's identity, in which no pod runs. It may be a name that was " +
      "written wrong. Being there it refuses everybody else.",
  },
} as const satisfies CodeTable;
