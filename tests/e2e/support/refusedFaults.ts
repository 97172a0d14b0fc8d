import { service, virtualService } from "./callers";
import type { Config } from "./instance";

const everyone = true;
const ps = { sourceLabels: { app: "ps" } };
export const abort = { type: "httpAbort", host: "ct-webapp", httpStatus: 503, ...ps };
const delay = { type: "httpDelay", host: "ct-webapp", fixedDelay: "7s", everyone };
const redirect = { type: "tcpRedirect", host: "memcached", ports: [11211], everyone };
const mysql = { type: "externalHost", service: "mysql", everyone };

/** Faults that are refused. */
export interface Refusal {
  readonly title: string;
  readonly faults: readonly object[];
  readonly more?: Config;
  readonly settings?: Config;
  /** What is in the cluster meanwhile. */
  readonly objects?: readonly object[];
  readonly message: RegExp;
}

/** By the settings alone. */
export const inSettings: readonly Refusal[] = [
  {
    title: "production",
    faults: [abort],
    settings: { production: true },
    message: /faultInjection\.enabled: true is not allowed on a production instance/,
  },
  { title: "nobody named", faults: [{ ...abort, sourceLabels: undefined }], message: /faults\[0\]: say whom it hits/ },
  { title: "labels and everyone", faults: [{ ...abort, everyone }], message: /faults\[0\]: say whom it hits/ },
  {
    title: "a label that is none",
    faults: [{ ...abort, sourceLabels: { app: "a b" } }],
    message: /sourceLabels: .*labels as Kubernetes has them/,
  },
  {
    title: "an unknown kind",
    faults: [{ type: "httpFlood", host: "ct-webapp", everyone }],
    message: /faults\[0\]\.type: "httpFlood" is not allowed/,
  },
  {
    title: "a misspelled key",
    faults: [{ ...abort, procentage: 5 }],
    message: /unknown key "procentage", the nearest known one is "percentage"/,
  },
  {
    title: "a host with an underscore",
    faults: [{ ...abort, host: "fake_service" }],
    message: /host: "fake_service" is not allowed/,
  },
  {
    title: "a host with a domain",
    faults: [{ ...abort, host: "ct-webapp.other.svc" }],
    message: /host: "ct-webapp\.other\.svc" is not allowed/,
  },
  {
    title: "status 199",
    faults: [{ ...abort, httpStatus: 199 }],
    message: /httpStatus: 199 is not allowed\. Allowed: a whole number from 200 to 599/,
  },
  { title: "status 600", faults: [{ ...abort, httpStatus: 600 }], message: /httpStatus: 600 is not allowed/ },
  { title: "120 percent", faults: [{ ...abort, percentage: 120 }], message: /percentage: 120 is not allowed/ },
  {
    title: "too small a percentage",
    faults: [{ ...abort, percentage: 0.00001 }],
    message: /percentage: 0\.00001 is not allowed/,
  },
  { title: "a delay of nothing", faults: [{ ...delay, fixedDelay: "0s" }], message: /fixedDelay: "0s" is not allowed/ },
  {
    title: "a delay in half milliseconds",
    faults: [{ ...delay, fixedDelay: "1.5ms" }],
    message: /fixedDelay: "1\.5ms" is not allowed\. Allowed: .*whole milliseconds/,
  },
  { title: "a delay without a unit", faults: [{ ...delay, fixedDelay: 7 }], message: /fixedDelay: 7 is not allowed/ },
  {
    title: "a prefix without a slash",
    faults: [{ ...delay, prefix: "auth" }],
    message: /prefix: "auth" is not allowed/,
  },
  { title: "no ports", faults: [{ ...redirect, ports: [] }], message: /ports: \[\] is not allowed/ },
  {
    title: "a port twice",
    faults: [{ ...redirect, ports: [11211, 11211] }],
    message: /ports: port 11211 is listed twice/,
  },
  {
    title: "an external service that is none",
    faults: [{ ...mysql, service: "oracle" }],
    message: /"oracle" is no external service of this stack\. Allowed: mysql, mail, bucket/,
  },
  {
    title: "fake-service itself",
    faults: [{ ...redirect, host: "fake-service" }],
    message: /"fake-service" is where faults lead to/,
  },
  {
    title: "a rule behind a wider one",
    faults: [{ ...delay }, { ...abort, prefix: "/auth" }],
    message: /faults\[1\]: would never act: faults\[0\]/,
  },
  {
    title: "rules that cross",
    faults: [{ ...delay, prefix: "/auth" }, abort],
    message: /faults\[1\]: overlaps with faults\[0\]/,
  },
  {
    title: "expires that is no time",
    faults: [abort],
    more: { expires: "tomorrow" },
    message: /expires: "tomorrow" is not allowed/,
  },
  {
    title: "a reaper without an end",
    faults: [abort],
    more: { reaper: true },
    message: /expires: missing: faultInjection\.reaper ends the faults at that time/,
  },
];

/** By what is in the cluster. */
export const inCluster: readonly Refusal[] = [
  {
    title: "expired",
    faults: [abort],
    more: { expires: "2026-01-01T00:00:00Z" },
    message: /faultInjection\.expires is past/,
  },
  {
    title: "a host that no Service has",
    faults: [{ ...abort, host: "ct-webap" }],
    message: /has no Service "ct-webap" \(it has: .*ct-webapp/,
  },
  {
    title: "a port that the Service has not",
    faults: [{ ...redirect, ports: [11299] }],
    message: /has no port 11299; its ports: 11211 \(tcp\)/,
  },
  {
    title: "tcpRedirect of an HTTP port",
    faults: [{ ...redirect, ports: [8080] }],
    message: /port 8080 is for HTTP, where tcpRedirect does nothing: use httpAbort/,
  },
  {
    title: "httpAbort of a Service without HTTP",
    faults: [{ ...abort, host: "raw" }],
    objects: [service("raw", { "tcp-raw": 7001 })],
    message: /Service "raw" has no port for HTTP; its ports: 7001 \(tcp\)/,
  },
  {
    title: "tcpRedirect of a TLS port",
    faults: [{ ...redirect, host: "sec", ports: [443] }],
    objects: [service("sec", { "https-sec": 443 })],
    message: /port 443 is for TLS, where tcpRedirect does nothing/,
  },
  {
    title: "the application's own VirtualService",
    faults: [abort],
    objects: [virtualService("app", { hosts: ["ct-webapp"] })],
    message: /VirtualService dev701\/app already routes host ct-webapp/,
  },
  {
    title: "one with the full name",
    faults: [abort],
    objects: [virtualService("app", { hosts: ["ct-webapp.dev701.svc.cluster.local"] })],
    message: /VirtualService dev701\/app already routes/,
  },
  {
    title: "one with a wildcard, from another namespace",
    faults: [abort],
    objects: [virtualService("all", { hosts: ["*.dev701.svc.cluster.local"], exportTo: ["*"] }, "default")],
    message: /VirtualService default\/all already routes host \*\.dev701/,
  },
  {
    title: "one for the mesh and a gateway, with a delegate",
    faults: [abort],
    objects: [
      virtualService("root", {
        hosts: ["ct-webapp"],
        gateways: ["ingress", "mesh"],
        http: [{ delegate: { name: "part", namespace: "dev701" } }],
      }),
    ],
    message: /VirtualService dev701\/root already routes/,
  },
  {
    title: "one on the external host",
    faults: [mysql],
    objects: [virtualService("db", { hosts: ["*.example.com"] })],
    message: /externalHost\/mysql: VirtualService dev701\/db already routes host \*\.example\.com/,
  },
  {
    title: "callers that are none",
    faults: [{ ...abort, sourceLabels: { app: "pss" } }],
    message: /pods \{app: pss\} finds none/,
  },
  {
    title: "a Service fake-service of somebody else",
    faults: [redirect],
    objects: [service("fake-service", { "tcp-x": 9999 })],
    message: /Service fake-service is there and not this program's\. Remove it first: kubectl delete/,
  },
];
