import { checkCaptures } from "./checks/leftovers/captures";
import { checkLeftovers } from "./checks/leftovers/leftovers";
import { checkAmbient } from "./checks/mesh/ambient";
import { checkControlPlane } from "./checks/mesh/controlPlane";
import { checkEnvoyFilters } from "./checks/mesh/envoyFilters";
import { checkIstiod } from "./checks/mesh/istiod";
import { checkProxies } from "./checks/mesh/proxies";
import { checkReleases } from "./checks/mesh/releases";
import { checkSettings } from "./checks/mesh/settings";
import { checkWebhooks } from "./checks/mesh/webhooks";
import { checkCounters, checkEjected } from "./checks/running/counters";
import { checkListening } from "./checks/running/listening";
import { checkAccess } from "./checks/traffic/access";
import { checkCertificates } from "./checks/traffic/certificates";
import { checkDestinationRules } from "./checks/traffic/destinationRules";
import { checkEndpoints } from "./checks/traffic/endpoints";
import { checkEntries } from "./checks/traffic/entries";
import { checkGateways } from "./checks/traffic/gateways";
import { checkOrigins } from "./checks/traffic/origins";
import { checkPorts } from "./checks/traffic/ports";
import { checkRoutes } from "./checks/traffic/routes";
import { checkSidecars } from "./checks/traffic/sidecars";
import { codes } from "./codes";
import type { Severity } from "./codes/row";
import type { Evidence } from "./evidence";
import type { Check, Finding, Hit } from "./finding";

const checks: readonly Check[] = [
  checkControlPlane,
  checkWebhooks,
  checkLeftovers,
  checkCaptures,
  checkPorts,
  checkRoutes,
  checkEntries,
  checkOrigins,
  checkDestinationRules,
  checkEndpoints,
  checkProxies,
  checkReleases,
  checkGateways,
  checkCertificates,
  checkSidecars,
  checkAccess,
  checkEnvoyFilters,
  checkAmbient,
  checkSettings,
  checkCounters,
  checkEjected,
  checkListening,
];

const harm: readonly Severity[] = ["error", "warning", "info"];

const same = (a: Pick<Finding, "code" | "object">, b: Pick<Finding, "code" | "object">) =>
  a.code === b.code && a.object === b.object;

/** Findings, what harms most first; of one code and object one. */
export function inOrder(found: readonly Finding[]): readonly Finding[] {
  return found
    .filter((one, at) => found.findIndex((other) => same(one, other)) === at)
    .sort(
      (a, b) =>
        harm.indexOf(a.severity) - harm.indexOf(b.severity) ||
        a.code.localeCompare(b.code, "en") ||
        a.object.localeCompare(b.object, "en", { numeric: true }),
    );
}

/** Judges what was read of a cluster. */
export function diagnose(evidence: Evidence): readonly Finding[] {
  const hits = checks.flatMap((check) => check(evidence));
  const finding = (hit: Hit): Finding => ({ ...hit, severity: hit.severity ?? codes[hit.code].severity });
  return inOrder([...hits, ...checkIstiod(evidence, hits)].map(finding));
}
