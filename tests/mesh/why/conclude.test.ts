import assert from "node:assert/strict";
import { conclude } from "../../../mesh/why/conclude";
import type { Conclusion, Evidence } from "../../../mesh/why/evidence";
import { ended, envoy, hello, reset, said, seen, upstream } from "./seenRequests";

interface Case {
  readonly title: string;
  readonly evidence: Evidence;
  readonly verdict: Conclusion["verdict"];
  readonly flag?: string;
  readonly sentence: RegExp;
}

const ours = { name: "fault-service-ct-webapp-0000abcd", effect: "ct-webapp answers 503 for every pod", end: "none" };

const cases: readonly Case[] = [
  {
    title: "a fault of ours, with its end",
    evidence: seen("http://ct-webapp/", "10.0.0.100", {
      through: said(envoy("503 Service Unavailable", "fault filter abort")),
      past: hello,
      faults: [{ ...ours, end: "2026-11-26T11:00:00Z" }],
    }),
    verdict: "fault",
    flag: "FI",
    sentence:
      /^a fault of jam-istio is in the way: ct-webapp answers 503 for every pod; until 2026-11-26T11:00:00Z \(VirtualService dev701\/fault-service-ct-webapp-0000abcd\)$/,
  },
  {
    title: "a fault whose object is gone, in a proxy that kept it",
    evidence: seen("http://ct-webapp/", "10.0.0.100", {
      through: said(envoy("503 Service Unavailable", "fault filter abort")),
      past: hello,
    }),
    verdict: "fault",
    flag: "FI",
    sentence: /whose object is gone from the cluster/,
  },
  {
    title: "a delay that was felt",
    evidence: seen("http://memcached/slow", "10.0.0.87", {
      through: said(upstream("200 OK", "late"), 2004),
      past: hello,
    }),
    verdict: "fault",
    flag: "DI",
    sentence: /VirtualService dev701\/fault-service-memcached-0000abcd/,
  },
  {
    title: "the same host where the delay is not for its path",
    evidence: seen("http://memcached/fast", "10.0.0.87", { through: said(upstream("200 OK", "hi")), past: hello }),
    verdict: "well",
    sentence: /^memcached:80 answers 200 through the sidecar: nothing is in the way$/,
  },
  {
    title: "memcached on a port for HTTP/2, the case of the source document",
    evidence: seen("http://doc-memcached2:11212/", "10.0.0.107", {
      through: said(envoy("503 Service Unavailable", reset("reset reason: connection termination"))),
      past: ended("closed"),
      speaks: "memcached",
      portName: "tcp",
      calledPort: "http2-cache",
    }),
    verdict: "protocol",
    flag: "UC",
    sentence:
      /^not HTTP at all: memcached answers at doc-memcached2:11212, and Envoy speaks HTTP\/2 \(its port is named "http2-cache"\) to it/,
  },
  {
    title: "TLS to a server that speaks none",
    evidence: seen("http://plain/", "10.0.0.66", {
      through: said(
        envoy("503 Service Unavailable", reset("retried and the latest reset reason: remote connection failure")),
      ),
      past: hello,
    }),
    verdict: "envoy",
    flag: "UF",
    sentence:
      /^Envoy speaks TLS to plain:80 \(by DestinationRule dev701\/plain\), and 10\.99\.1\.1:8080 answers plain HTTP/,
  },
  {
    title: "a connection that is refused past the sidecar, too",
    evidence: seen("http://closed/", "10.0.0.181", {
      through: said(envoy("503 Service Unavailable", reset("reset reason: remote connection failure"))),
      past: ended("refused"),
      pastAddress: "10.99.1.1:8099",
    }),
    verdict: "application",
    flag: "UF",
    sentence: /^nothing listens at 10\.99\.1\.1:8099/,
  },
  {
    title: "nobody behind a Service",
    evidence: seen("http://nobody/", "10.0.0.112", {
      through: said(envoy("503 Service Unavailable", "no healthy upstream")),
      past: ended("refused"),
    }),
    verdict: "envoy",
    flag: "UH",
    sentence: /^Envoy has no address for nobody:80: no pod is ready behind it \(cluster outbound\|80\|\|nobody/,
  },
  {
    title: "a path that no route takes",
    evidence: seen("http://noroute/other", "10.0.0.139", { through: said(envoy("404 Not Found")), past: hello }),
    verdict: "envoy",
    flag: "NR",
    sentence: /^no route of noroute\.dev701\.svc\.cluster\.local takes the path \/other/,
  },
  {
    title: "a subset that is not there",
    evidence: seen("http://nosubset/", "10.0.0.120", { through: said(envoy("503 Service Unavailable")), past: hello }),
    verdict: "envoy",
    flag: "NC",
    sentence:
      /^VirtualService dev701\/nosubset leads to outbound\|80\|v9\|nosubset\.dev701\.svc\.cluster\.local, which the proxy does not have$/,
  },
  {
    title: "a 404 without a body that the application sent",
    evidence: seen("http://noroute/auth", "10.0.0.139", {
      through: said(upstream("404 Not Found", "")),
      past: said("HTTP/1.1 404 Not Found\r\n\r\n"),
    }),
    verdict: "application",
    sentence: /^the application answers 404 itself, past the sidecar as well/,
  },
  {
    title: "the other side's proxy, which has no connection to its application",
    evidence: seen("http://closed/", "10.0.0.181", {
      through: said(upstream("503 Service Unavailable", reset("reset reason: connection failure"))),
      past: said(envoy("503 Service Unavailable", reset("reset reason: connection failure"))),
    }),
    verdict: "envoy",
    flag: "UF",
    sentence: /^the proxy of the other side answers 503 \(UF\)/,
  },
  {
    title: "a policy of the other side, where one of two can be it",
    evidence: seen("http://closed/", "10.0.0.181", {
      through: said(upstream("403 Forbidden", "RBAC: access denied")),
      policies: [
        { name: "AuthorizationPolicy dev701/deny-ps", action: "DENY" },
        { name: "AuthorizationPolicy dev701/only-web", action: "ALLOW" },
      ],
    }),
    verdict: "policy",
    sentence:
      /^the proxy of the other side refuses it by policy: AuthorizationPolicy dev701\/deny-ps denies it, or AuthorizationPolicy dev701\/only-web does not allow it/,
  },
  {
    title: "policies that may not be read are not taken for none",
    evidence: seen("http://closed/", "10.0.0.181", { through: said(upstream("403 Forbidden", "RBAC: access denied")) }),
    verdict: "policy",
    sentence: /AuthorizationPolicies may not be read/,
  },
  {
    title: "a database that is carried as it is",
    evidence: seen("db.example.com:3306", "10.99.2.1", {
      through: said("J\0\0\0\n5.7.30"),
      past: said("J\0\0\0\n5.7.30"),
      speaks: "MySQL",
    }),
    verdict: "well",
    sentence: /^MySQL answers at db\.example\.com:3306 through the sidecar/,
  },
  {
    title: "a database asked as if it were HTTP",
    evidence: seen("http://db.example.com:3306/", "10.99.2.1", {
      through: said("J\0\0\0\n5.7.30"),
      past: said("J\0\0\0\n5.7.30"),
      speaks: "MySQL",
    }),
    verdict: "protocol",
    sentence: /^not HTTP at all: MySQL answers at db\.example\.com:3306/,
  },
  {
    title: "a name without an address",
    evidence: seen("http://nowhere/", "", { through: ended("unresolved"), past: ended("unresolved") }),
    verdict: "network",
    sentence: /^the name nowhere has no address in the pod/,
  },
  {
    title: "one side that could not be asked",
    evidence: seen("http://ct-webapp/", "10.0.0.100", { past: hello }),
    verdict: "unknown",
    sentence: /answers past the sidecar; from the application's side it could not be asked/,
  },
];

describe("why: the conclusion", () => {
  for (const { title, evidence, verdict, flag, sentence } of cases)
    it(title, () => {
      const found = conclude(evidence);
      assert.deepEqual([found.verdict, found.flag], [verdict, flag], found.sentence);
      assert.match(found.sentence, sentence);
    });
});
