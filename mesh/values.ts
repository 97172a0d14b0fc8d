import merge from "deepmerge";
import * as semver from "semver";
import { kialiVersion, officialKialiRepository, officialRepository, type Layout } from "./releases";

/** Helm values, as plain data. */
export type Values = Record<string, unknown>;

/** One Helm release of the mesh, before it meets Pulumi. */
export interface ReleasePlan {
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  /** Repository of the chart: URL or directory. */
  readonly repository: string;
  readonly values: Values;
}

/** What the releases are planned from. */
export interface PlanSettings {
  readonly layout: Layout;
  readonly istio: {
    readonly version: string;
    readonly chartRepository?: string | undefined;
    readonly hub?: string | undefined;
    readonly releaseName: string;
    readonly values: Values;
  };
  readonly kiali: { readonly enabled: boolean; readonly chartRepository?: string | undefined };
}

/** The namespace that all releases of the mesh live in. */
export const systemNamespace = "istio-system";

/** Name of the Secret that Kiali reads. */
export const kialiSecretName = "kiali";

/** Key of the signing key in Secret `kiali`: the file name under which every Kiali 2 looks for it. */
export const signingKeyField = "value.txt";

/** Lists in user values replace the program's, as in Helm. */
const overlay = (base: Values, over: Values): Values =>
  merge(base, over, { arrayMerge: (_, source: unknown[]) => source });

function repositoryOf(settings: PlanSettings): string {
  return (settings.istio.chartRepository ?? officialRepository[settings.layout]).replaceAll(
    "{version}",
    settings.istio.version,
  );
}

/** The release that brings the custom resource definitions. */
export function crdRelease(settings: PlanSettings): ReleasePlan {
  const { version, hub } = settings.istio;
  const shared = { version, repository: repositoryOf(settings) };
  if (settings.layout === "classic") {
    // The CRD Jobs carry the tag in their names and run the image, so both are set from the version.
    return {
      ...shared,
      name: "istio-init",
      chart: "istio-init",
      values: { global: { hub: hub ?? "docker.io/istio", tag: version } },
    };
  }
  return { ...shared, name: "istio-base", chart: "base", values: {} };
}

/** The release that brings the control plane. User values win. */
export function controlPlaneRelease(settings: PlanSettings): ReleasePlan {
  const { version, hub, releaseName, values } = settings.istio;
  const shared = { version, repository: repositoryOf(settings) };
  if (settings.layout === "classic") {
    const own = {
      global: { hub: hub ?? "docker.io/istio", tag: version },
      gateways: { enabled: false },
      kiali: settings.kiali.enabled
        ? { enabled: true, dashboard: { secretName: kialiSecretName } }
        : { enabled: false },
    };
    return { ...shared, name: releaseName, chart: "istio", values: overlay(own, values) };
  }
  const own = { global: { tag: version, ...(hub === undefined ? {} : { hub }) } };
  return { ...shared, name: "istiod", chart: "istiod", values: overlay(own, values) };
}

/** The release that brings Kiali in the modern layout; in the classic one the control plane's chart holds it. */
export function kialiRelease(settings: PlanSettings): ReleasePlan | undefined {
  if (settings.layout === "classic" || !settings.kiali.enabled) return undefined;
  const version = kialiVersion(settings.istio.version);
  if (version === undefined) return undefined;
  // From 2.21 the chart mounts a key that is named secret:<name>:<key>; before that the mount has to be asked for.
  const mounts = semver.gte(version, "2.21.0")
    ? {}
    : {
        deployment: {
          custom_secrets: [{ name: kialiSecretName, mount: "/kiali-override-secrets/login-token-signing-key" }],
        },
      };
  return {
    name: "kiali-server",
    chart: "kiali-server",
    version,
    repository: (settings.kiali.chartRepository ?? officialKialiRepository).replaceAll(
      "{version}",
      settings.istio.version,
    ),
    values: {
      auth: { strategy: "token" },
      // Unset, the chart makes a new key at every render, which would log everybody out with each update.
      login_token: { signing_key: `secret:${kialiSecretName}:${signingKeyField}` },
      ...mounts,
    },
  };
}

/** All releases of the mesh in the order in which they are installed. */
export function releasePlans(settings: PlanSettings): readonly ReleasePlan[] {
  return [crdRelease(settings), controlPlaneRelease(settings), kialiRelease(settings)].filter(
    (plan) => plan !== undefined,
  );
}
