import { getsAddresses, tcpPorts } from "./collisions";
import type { DnsCapture } from "./dnsCapture";
import type { Entry } from "./serviceEntries";

/** The key that gives an entry its addresses. */
function addressKey(name: string): string {
  const section = { mysql: "mysql", smtp: "mail" }[name];
  return section === undefined ? `addresses of externalServices "${name}"` : `${section}.addresses`;
}

function capturedBy(entry: Entry, namespace: string, { wayOut }: DnsCapture): string {
  const { name, spec } = entry;
  const ports = tcpPorts(entry).map(({ number }) => String(number));
  return (
    `ServiceEntry ${name} captures TCP port ${ports.join(", ")} for every destination outside the cluster: TCP names no host, so ` +
    `what namespace ${namespace} calls there on another host ends at ${spec.hosts.join(", ")}. If it calls another, set ` +
    `${addressKey(name)}${wayOut}`
  );
}

/** What entries take that is not theirs, a line for each: a TCP port without addresses is captured for every destination. */
export const capturedPorts = (entries: readonly Entry[], namespace: string, dns: DnsCapture): readonly string[] =>
  entries
    .filter((entry) => entry.spec.addresses === undefined && !getsAddresses(entry, dns) && tcpPorts(entry).length > 0)
    .map((entry) => capturedBy(entry, namespace, dns));
