import { samplesOf } from "../istio/prometheus";
import type { Endpoint, EndpointCounts } from "../proxyConfig/endpoints";
import type { Evidence } from "./evidence";

const none: EndpointCounts = { connections: 0, connectionsFailed: 0, requests: 0, requestsFailed: 0 };

/** What a proxy has counted at addresses between two looks; those alone where something was counted. */
export function countedBetween(before: readonly Endpoint[], after: readonly Endpoint[]): Evidence["counted"] {
  return after.flatMap(({ cluster, address, counts }) => {
    const old = before.find((one) => one.cluster === cluster && one.address === address)?.counts ?? none;
    const more = {
      connections: counts.connections - old.connections,
      connectionsFailed: counts.connectionsFailed - old.connectionsFailed,
      requests: counts.requests - old.requests,
      requestsFailed: counts.requestsFailed - old.requestsFailed,
    };
    return Object.values(more).some((count) => count > 0) ? [{ address, ...more }] : [];
  });
}

/** Response flags of the requests that Istio's metrics counted between two looks; `-` is none. */
export function flagsBetween(before: string, after: string): readonly string[] {
  const requests = (text: string) =>
    new Map(
      samplesOf(text)
        .filter(({ name, labels }) => name === "istio_requests_total" && labels["reporter"] === "source")
        .map(({ labels, value }) => [JSON.stringify(labels), { flags: labels["response_flags"] ?? "-", value }]),
    );
  const old = requests(before);
  const more = [...requests(after)].filter(([key, { value }]) => value > (old.get(key)?.value ?? 0));
  return [...new Set(more.map(([, { flags }]) => flags).filter((flags) => flags !== "-" && flags !== ""))];
}
