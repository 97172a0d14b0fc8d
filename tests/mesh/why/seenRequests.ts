import type { Conversation } from "../../../mesh/why/answer";
import type { Evidence } from "../../../mesh/why/evidence";
import { pathOf } from "../../../mesh/why/path";
import { readRequest } from "../../../mesh/why/request";
import { readDump } from "../../../mesh/proxyConfig/dump";
import { endpointsOf } from "../../../mesh/proxyConfig/endpoints";
import { recorded } from "../proxyConfig/recorded";

const dump = readDump(recorded("config_dump"));
const endpoints = endpointsOf(recorded("clusters"));

const head = "date: Thu, 26 Nov 2026 10:59:24 GMT\r\nserver: envoy\r\nconnection: close";
export const envoy = (line: string, body = "", more = "") =>
  `HTTP/1.1 ${line}\r\n${more}${head}\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`;
export const upstream = (line: string, body: string) => envoy(line, body, "x-envoy-upstream-service-time: 35\r\n");
export const reset = (reason: string) => `upstream connect error or disconnect/reset before headers. ${reason}`;

export const said = (text: string, ms = 20): Conversation => ({ end: "closed", said: text, ms });
export const ended = (end: Conversation["end"]): Conversation => ({ end, said: "", ms: 20 });
export const hello = said("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n10.99.1.1 /");

/** What `why` would have seen of a request to an address, with the recorded configuration. */
export function seen(what: string, address: string, more: Partial<Evidence>): Evidence {
  const request = readRequest(what);
  return {
    ...{ request, namespace: "dev701", pastAddress: "10.99.1.1:8080", counted: [], flags: [], faults: [] },
    path: pathOf(dump, endpoints, request, address),
    ...more,
  };
}
