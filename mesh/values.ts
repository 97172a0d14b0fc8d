import merge from "deepmerge";
import * as semver from "semver";
import { kialiVersion, officialKialiRepository, officialRepository, type Layout } from "./releases";
import { planeReleaseName } from "./revisions";

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
  /** Whether the chart's folder `crds/` is passed over, because its templates bring the same definitions. */
  readonly skipCrds?: boolean;
}

interface ComponentSettings {
  readonly enabled: boolean;
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
    readonly revision?: string | undefined;
    readonly values: Values;
    readonly cni: ComponentSettings;
    readonly ztunnel: ComponentSettings;
    readonly gateway: ComponentSettings;
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

const hubOf = ({ istio: { hub } }: PlanSettings) => (hub === undefined ? {} : { hub });

/**
 * The release that brings the custom resource definitions.
 * @param hasDefault whether a control plane without a revision serves the mesh: the one that validates its objects
 */
export function crdRelease(settings: PlanSettings, hasDefault = settings.istio.revision === undefined): ReleasePlan {
  const { version, hub, revision } = settings.istio;
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
  // Up to 1.23 the definitions lie in crds/, which Helm never upgrades; as templates it does, and from 1.24 on they are.
  const templates = semver.lt(version, "1.24.0");
  return {
    ...shared,
    name: "istio-base",
    chart: "base",
    values: {
      ...(templates ? { base: { enableCRDTemplates: true } } : {}),
      ...(hasDefault ? {} : { defaultRevision: revision }),
    },
    ...(templates ? { skipCrds: true } : {}),
  };
}

/** The release that brings the control plane. User values win. */
export function controlPlaneRelease(settings: PlanSettings): ReleasePlan {
  const { version, hub, releaseName, revision, values, cni, ztunnel } = settings.istio;
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
  const own = {
    global: { tag: version, ...hubOf(settings) },
    ...(revision === undefined ? {} : { revision }),
    ...(cni.enabled ? { pilot: { cni: { enabled: true } } } : {}),
    ...(ztunnel.enabled ? { profile: "ambient" } : {}),
  };
  return { ...shared, name: planeReleaseName(revision), chart: "istiod", values: overlay(own, values) };
}

/** Istio's optional parts of the modern layout. */
function component(
  settings: PlanSettings,
  chart: "cni" | "ztunnel" | "gateway",
  name: string,
  own: Values,
): readonly ReleasePlan[] {
  const { version, [chart]: given } = settings.istio;
  if (settings.layout === "classic" || !given.enabled) return [];
  return [{ name, chart, version, repository: repositoryOf(settings), values: overlay(own, given.values) }];
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

/** The node agent: before the control plane, whose sidecars need it; in ambient mode after it, as Istio documents both. */
export function beforeControlPlane(settings: PlanSettings): readonly ReleasePlan[] {
  return settings.istio.ztunnel.enabled ? [] : nodeAgent(settings);
}

function nodeAgent(settings: PlanSettings): readonly ReleasePlan[] {
  const profile = settings.istio.ztunnel.enabled ? { profile: "ambient" } : {};
  return component(settings, "cni", "istio-cni", {
    global: { tag: settings.istio.version, ...hubOf(settings) },
    ...profile,
  });
}

/**
 * What comes after the control plane, in Istio's order.
 * @see https://istio.io/latest/docs/ambient/install/helm/
 */
export function afterControlPlane(settings: PlanSettings): readonly ReleasePlan[] {
  const { version, revision } = settings.istio;
  const rev = revision === undefined ? {} : { revision };
  return [
    ...(settings.istio.ztunnel.enabled ? nodeAgent(settings) : []),
    ...component(settings, "ztunnel", "ztunnel", { tag: version, ...hubOf(settings), ...rev }),
    ...component(settings, "gateway", "istio-ingressgateway", rev),
  ];
}

/** All releases of the mesh in the order in which they are installed. */
export function releasePlans(settings: PlanSettings): readonly ReleasePlan[] {
  return [
    crdRelease(settings),
    ...beforeControlPlane(settings),
    controlPlaneRelease(settings),
    ...afterControlPlane(settings),
    kialiRelease(settings),
  ].filter((plan) => plan !== undefined);
}
