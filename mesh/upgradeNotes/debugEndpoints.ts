import { counted, istiodEnv } from "./look";
import { note, patches, releaseNote, type Hit } from "./note";
import type { Objects, Pod } from "./kinds";

// One change in two halves, each of which came inside patches.

/** Kialis outside of istio-system. */
const consoles = (pods: readonly Pod[]) =>
  pods.filter(
    ({ metadata }) =>
      metadata.namespace !== "istio-system" &&
      (metadata.labels?.["app.kubernetes.io/name"] === "kiali" || metadata.labels?.["app"] === "kiali"),
  );

/** Those that the switch of istiod does not name: pods of Kiali. */
export function shutOut(seen: Pick<Objects, "pods" | "deployments">): readonly Pod[] {
  const allowed = istiodEnv(seen)
    .filter(([name]) => name === "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES")
    .flatMap(([, value]) => value.split(",").map((one) => one.trim()));
  return consoles(seen.pods).filter(({ metadata }) => !allowed.includes(metadata.namespace ?? ""));
}

const find = (seen: Pick<Objects, "pods" | "deployments">): readonly Hit[] =>
  counted(shutOut(seen), "Kiali, which asks istiod's debug endpoints");

const debug = {
  verdict: "warn",
  evidence: "pods of Kiali outside istio-system, and istiod's DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES",
  reads: ["pods", "deployments"],
  find,
  remedy: "name its namespace in pilot.env.DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES",
  keeps: ["ENABLE_DEBUG_ENDPOINT_AUTH", "false"],
} as const;

/** The second half of the same change, which 1.30 has. */
export const xdsDebug = note({
  ...debug,
  id: "30-04",
  range: patches("1.27.8", "1.28.5", "1.29.1", "1.30.0"),
  title: "istiod's debug answers by xDS need an identity, and are for istio-system alone",
  source: releaseNote("59238"),
  proof: "istiod",
});

export const debugEndpoints = note({
  ...debug,
  id: "27-p1",
  range: patches("1.27.6", "1.28.4", "1.29.0"),
  title: "istiod's debug endpoints are closed to other namespaces than istio-system",
  source: releaseNote("debug-endpoint-authorization"),
});
