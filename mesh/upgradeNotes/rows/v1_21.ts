import { destinationsOf, each, fullHost, nameOf, policiesOf, serviceHost } from "../look";
import type { Kinds } from "../kinds";
import { istioFile, note, since, upgradeNotes, type Hit, type Note } from "../note";

const originates = ({ tls }: ReturnType<typeof policiesOf>[number][1]) =>
  tls?.mode === "SIMPLE" || tls?.mode === "MUTUAL" ? tls : undefined;

/** Pairs of VirtualServices of which one has a wildcard host inside another's. */
function overlaps(virtualServices: readonly Kinds["virtualServices"][]): readonly Hit[] {
  const all = virtualServices.flatMap((one) =>
    (one.spec?.hosts ?? []).filter((host) => host.startsWith("*")).map((host) => ({ one, host })),
  );
  return all.flatMap(({ one, host }) => {
    const wider = all.find((other) => other.one !== one && host.endsWith(other.host.slice(1)));
    return wider === undefined
      ? []
      : [
          {
            object: nameOf("VirtualService", one),
            says: `has host ${host}, which ${nameOf("VirtualService", wider.one)} has as ${wider.host}`,
          },
        ];
  });
}

export const externalNames = note({
  id: "21-c",
  range: since("1.21"),
  verdict: "refuse",
  title: "a Service of type ExternalName is an alias: its ports are ignored, rules for it have no effect",
  evidence: "Services of type ExternalName that a VirtualService or a DestinationRule names; others are told",
  reads: ["services", "virtualServices", "destinationRules"],
  find: ({ services, virtualServices, destinationRules }) => {
    const named = new Set([
      ...virtualServices.flatMap(destinationsOf),
      ...destinationRules.map(({ metadata, spec }) => fullHost(spec?.host ?? "", metadata.namespace)),
    ]);
    return services
      .filter(({ spec }) => spec?.type === "ExternalName")
      .map((one) =>
        named.has(serviceHost(one))
          ? { object: nameOf("Service", one), says: "is an alias, and a rule names it" }
          : { object: nameOf("Service", one), says: "becomes an alias", verdict: "inform" },
      );
  },
  remedy: "name the real host in the rules, with a Service or ServiceEntry for it",
  source: upgradeNotes("1.21"),
  keeps: ["ENABLE_EXTERNAL_NAME_ALIAS", "false"],
});

export const serverCertificates = note({
  id: "21-a",
  range: since("1.21"),
  verdict: "refuse",
  title: "a server's certificate is verified with the system's authorities where a DestinationRule names none",
  evidence:
    "DestinationRules with TLS of mode SIMPLE or MUTUAL and neither caCertificates, credentialName nor insecureSkipVerify",
  reads: ["destinationRules"],
  find: ({ destinationRules }) =>
    each("DestinationRule", destinationRules, (rule) => {
      const place = policiesOf(rule).find(([, policy]) => {
        const tls = originates(policy);
        if (tls === undefined || tls.insecureSkipVerify === true) return false;
        return tls.caCertificates === undefined && tls.credentialName === undefined;
      });
      return place && `begins TLS without an authority to verify the server by (${place[0]})`;
    }),
  remedy: "set caCertificates or credentialName; insecureSkipVerify: true goes on without verification",
  source: upgradeNotes("1.21"),
  keeps: ["VERIFY_CERTIFICATE_AT_CLIENT", "false"],
});

export const wildcardHosts = note({
  id: "21-d",
  range: since("1.21"),
  verdict: "warn",
  title: "of overlapping wildcard hosts the most specific wins, no longer the oldest",
  evidence: "VirtualServices with a wildcard host inside another's",
  reads: ["virtualServices"],
  find: ({ virtualServices }) => overlaps(virtualServices),
  remedy: "see that the more specific VirtualService is the one that is meant",
  source: istioFile("release-1.21", "manifests/helm-profiles/compatibility-version-1.20.yaml"),
  keeps: ["PERSIST_OLDEST_FIRST_HEURISTIC_FOR_VIRTUAL_SERVICE_HOST_MATCHING", "true"],
});

export const notes: readonly Note[] = [
  serverCertificates,
  note({
    id: "21-b",
    range: since("1.21"),
    verdict: "warn",
    title: "SNI is taken from the Host header where a DestinationRule sets none",
    evidence: "DestinationRules with TLS of mode SIMPLE or MUTUAL without sni",
    reads: ["destinationRules"],
    find: ({ destinationRules }) =>
      each("DestinationRule", destinationRules, (rule) => {
        const place = policiesOf(rule).find(
          ([, policy]) => originates(policy) && (originates(policy)?.sni ?? "") === "",
        );
        return place && `begins TLS without sni (${place[0]})`;
      }),
    remedy: "set sni where the server needs another name than the caller's Host",
    source: upgradeNotes("1.21"),
    keeps: ["ENABLE_AUTO_SNI", "false"],
  }),
  externalNames,
  wildcardHosts,
];
