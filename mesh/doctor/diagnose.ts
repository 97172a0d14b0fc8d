import { checkCaptures } from "./checks/captures";
import { checkControlPlane } from "./checks/controlPlane";
import { checkDestinationRules } from "./checks/destinationRules";
import { checkEndpoints } from "./checks/endpoints";
import { checkEntries } from "./checks/entries";
import { checkIstiod } from "./checks/istiod";
import { checkLeftovers } from "./checks/leftovers";
import { checkOrigins } from "./checks/origins";
import { checkPorts } from "./checks/ports";
import { checkProxies } from "./checks/proxies";
import { checkReleases } from "./checks/releases";
import { checkRoutes } from "./checks/routes";
import { checkWebhooks } from "./checks/webhooks";
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
