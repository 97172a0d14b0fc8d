import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { objectName, type Gateway, type GatewayServer } from "../../objects";
import type { GatewaySecret } from "../../running/evidence";
import { covers } from "../../whoWins";
import { servingPods } from "./gateways";

/** Whether a gateway ends TLS with a certificate of its own. A mode that is not named is PASSTHROUGH, the first of them. */
const endsTls = ({ tls }: GatewayServer) => ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"].includes(tls?.mode ?? "");

/** The Secrets that a port of a Gateway uses; other forms of a name are read by other means than a Secret. */
export const secretsOf = (server: GatewayServer): readonly string[] =>
  (endsTls(server) ? [server.tls?.credentialName, ...(server.tls?.credentialNames ?? [])] : [])
    .filter((name) => name !== undefined)
    .filter((name) => name !== "" && !/[:/]/.test(name));

/** Whether callers need certificates. */
export const isMutual = ({ tls }: GatewayServer) => ["MUTUAL", "OPTIONAL_MUTUAL"].includes(tls?.mode ?? "");

/** What istiod reads an authority from beside a certificate. */
export const authorityOf = (name: string) => `${name}-cacert`;

const pairs = [
  ["cert", "key"],
  ["tls.crt", "tls.key"],
] as const;

/**
 * Why the gateway cannot use a Secret; `undefined`: it can, or nothing is known.
 * @see https://github.com/istio/istio pilot/pkg/credentials/kube/secrets.go and pilot/pkg/xds/sds.go, ValidateCertificate
 */
function trouble({ found, keys, certificate }: GatewaySecret, now: Date): string | undefined {
  if (!found) return "is not there";
  if (!pairs.some((pair) => pair.every((key) => keys.includes(key))))
    return `has no ${pairs.map((pair) => pair.join(" and ")).join(", and no ")}`;
  if (certificate === undefined) return "holds no certificate and key that can be read";
  if (Date.parse(certificate.end) < now.getTime()) return `holds a certificate that ended ${certificate.end}`;
  if (Date.parse(certificate.start) > now.getTime()) return `holds a certificate that begins ${certificate.start}`;
  return certificate.fits ? undefined : "holds a private key that is not its certificate's";
}

const hasAuthority = (one: GatewaySecret | undefined) =>
  one?.keys.some((key) => ["cacert", "ca.crt"].includes(key)) === true;

function judgeSecrets(gateway: Gateway, evidence: Evidence): readonly Hit[] {
  const { gatewaySecrets, now, pods } = evidence;
  const places = [...new Set(servingPods(gateway, pods).map(({ metadata }) => metadata?.namespace ?? ""))];
  const secretIn = (namespace: string, name: string) =>
    gatewaySecrets.find((one) => one.namespace === namespace && one.name === name);
  return places.flatMap((namespace) =>
    (gateway.spec.servers ?? []).flatMap((server) =>
      secretsOf(server).flatMap((name): readonly Hit[] => {
        const secret = secretIn(namespace, name);
        if (secret === undefined) return [];
        const beside = secretIn(namespace, authorityOf(name));
        const lacksAuthority =
          isMutual(server) && beside !== undefined && !hasAuthority(secret) && !hasAuthority(beside);
        const why =
          trouble(secret, now) ?? (lacksAuthority ? "has no ca.crt, and callers need certificates" : undefined);
        if (why === undefined) return [];
        return [
          {
            code: "gateway-certificate",
            object: objectName(gateway),
            evidence: `Secret ${namespace}/${name}: ${secret.found ? `keys ${secret.keys.join(", ") || "none"}` : "not found"}`,
            sentence: `Secret ${namespace}/${name} ${why}: the gateway serves no TLS on port ${String(server.port?.number)}`,
            remedy: `kubectl -n ${namespace} create secret tls ${name} --cert=<chain> --key=<key> --dry-run=client -o yaml | kubectl apply -f -`,
          },
        ];
      }),
    ),
  );
}

/** Ports on which a gateway ends TLS and reads HTTP. */
const terminated = ({ spec: { servers = [] } }: Gateway) =>
  servers.filter((server) => server.port?.protocol?.toUpperCase() === "HTTPS" && endsTls(server));

const hostsOf = ({ hosts = [] }: GatewayServer) => hosts.map((one) => one.split("/").at(-1) ?? "");

/**
 * One certificate on two Gateways of the same pods, for hosts of both: a browser sends what is for the second over the connection that it
 * has to the first, where nobody knows the host.
 * @see https://istio.io/latest/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate
 */
function judgeTwice(gateway: Gateway, others: readonly Gateway[], { pods, gatewaySecrets }: Evidence): readonly Hit[] {
  const serving = servingPods(gateway, pods);
  return others.flatMap((other): readonly Hit[] => {
    if (!servingPods(other, pods).some((pod) => serving.includes(pod))) return [];
    for (const one of terminated(gateway))
      for (const two of terminated(other)) {
        const name = secretsOf(one).find((secret) => secretsOf(two).includes(secret));
        if (name === undefined || one.port?.number !== two.port?.number) continue;
        const names = gatewaySecrets.find((secret) => secret.name === name)?.certificate?.names ?? [];
        const covered = (server: GatewayServer) =>
          hostsOf(server).find((host) => !host.startsWith("*") && names.some((san) => covers(san, host)));
        const [a, b] = [covered(one), covered(two)];
        if (a === undefined || b === undefined || a === b) continue;
        return [
          {
            code: "gateway-certificate-twice",
            object: objectName(gateway),
            evidence: `Secret ${name} is for ${names.join(", ")}; ${objectName(other)} has it, too, for ${b}`,
            sentence: `browsers that are connected for ${b} send what is for ${a} over the same connection, and get 404`,
            remedy: "one Gateway with the hosts of both; or a certificate for each",
          },
        ];
      }
    return [];
  });
}

/** Judges the certificates of the instances' Gateways. */
export function checkCertificates(evidence: Evidence): readonly Hit[] {
  const own = evidence.gateways.filter(({ metadata }) => evidence.instances.includes(metadata.namespace ?? ""));
  return own.flatMap((gateway, at) => [
    ...judgeSecrets(gateway, evidence),
    // Of two of its own one says it.
    ...judgeTwice(gateway, [...own.slice(0, at), ...evidence.gateways.filter((one) => !own.includes(one))], evidence),
  ]);
}
