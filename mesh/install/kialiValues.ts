import * as semver from "semver";
import { kialiSecretName, signingKeyField } from "../istio/names";
import { isClosing } from "../istio/registries";
import { officialHub } from "../istio/releases";

/** Kiali's registry: that of a mirror. Istio's own registries do not have its image, so there the chart's default stays. */
function mirrorOf(hub: string | undefined): string | undefined {
  return hub === undefined || hub === officialHub || isClosing(hub) ? undefined : hub;
}

/**
 * Values of Kiali in the classic layout, where the control plane's chart brings it.
 * @param hub the settings' `istio.hub`
 */
export function classicKialiValues(enabled: boolean, hub: string | undefined) {
  if (!enabled) return { enabled };
  const mirror = mirrorOf(hub);
  return { enabled, dashboard: { secretName: kialiSecretName }, ...(mirror === undefined ? {} : { hub: mirror }) };
}

/**
 * Values of the chart `kiali-server`.
 * @param version the chart's version
 * @param hub the settings' `istio.hub`
 */
export function kialiServerValues(version: string, hub: string | undefined) {
  const mirror = mirrorOf(hub);
  const deployment = {
    ...(mirror === undefined ? {} : { image_name: `${mirror}/kiali` }),
    // From 2.21 the chart mounts a key that is named secret:<name>:<key>; before that the mount has to be asked for.
    ...(semver.gte(version, "2.21.0")
      ? {}
      : { custom_secrets: [{ name: kialiSecretName, mount: "/kiali-override-secrets/login-token-signing-key" }] }),
  };
  return {
    auth: { strategy: "token" },
    // Unset, the chart makes a new key at every render, which would log everybody out with each update.
    login_token: { signing_key: `secret:${kialiSecretName}:${signingKeyField}` },
    ...(Object.keys(deployment).length === 0 ? {} : { deployment }),
  };
}
