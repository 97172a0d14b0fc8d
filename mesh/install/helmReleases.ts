import merge from "deepmerge";
import * as semver from "semver";
import type { Settings } from "../../settings/types";
import { unreadable, versionOf } from "../istio/images";
import { controlPlaneReleaseName, kialiReleaseName, partReleaseName, type Part } from "../istio/names";
import { dnsCaptureValues } from "./dnsCapture";
import {
  kialiVersion,
  minorData,
  officialHub,
  officialKialiRepositories,
  officialRepositories,
} from "../istio/releases";
import { classicKialiValues, kialiServerValues } from "./kialiValues";

/** Helm values, as plain data. */
export type Values = Record<string, unknown>;

/** One Helm release of the mesh, before it meets Pulumi. */
export interface ReleasePlan {
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  /** Repositories that may have the chart, the first asked first: http(s) or oci URLs, or a directory. */
  readonly repositories: readonly string[];
  readonly values: Values;
  /** Whether the chart's folder `crds/` is passed over, because its templates bring the same CRDs. */
  readonly skipCrds?: boolean;
}

/** What the releases are planned from. */
export interface PlanSettings extends Pick<Settings, "layout"> {
  readonly istio: Pick<
    Settings["istio"],
    | "version"
    | "chartRepository"
    | "hub"
    | "releaseName"
    | "revision"
    | "values"
    | "dnsCapture"
    | "cni"
    | "ztunnel"
    | "gateway"
  >;
  readonly kiali: Pick<Settings["kiali"], "enabled" | "chartRepository" | "values">;
}

/** Values over others, as Helm has it: maps key by key, anything else, lists too, in the place of what was there. */
export const overlay = (base: Readonly<Values>, over: Readonly<Values>): Values =>
  merge(base, over, { arrayMerge: (_, source: unknown[]) => source });

/**
 * Repositories of Istio's charts: the settings' one alone, else the official ones.
 * @param version whose charts; default: the settings' version
 */
export function istioRepositories(settings: PlanSettings, version = settings.istio.version): readonly string[] {
  const { chartRepository } = settings.istio;
  if (chartRepository === undefined) return officialRepositories(settings.layout, version);
  return [chartRepository.replaceAll("{version}", version)];
}

/**
 * The image registry that the program sets: the settings' one, else the official one where the chart's own default is none
 * (classic) or closes. `undefined`: the chart's own.
 */
export function hubOf({ layout, istio: { hub, version } }: PlanSettings): string | undefined {
  if (hub !== undefined) return hub;
  return layout === "classic" || minorData(version)?.closingHub !== undefined ? officialHub : undefined;
}

function hubValue(settings: PlanSettings): { readonly hub?: string } {
  const hub = hubOf(settings);
  return hub === undefined ? {} : { hub };
}

/**
 * The release that brings the CRDs.
 * @param hasDefault whether a control plane without a revision serves the mesh: the one that validates its objects
 */
export function crdRelease(settings: PlanSettings, hasDefault = settings.istio.revision === undefined): ReleasePlan {
  const { version, revision } = settings.istio;
  const shared = { version, repositories: istioRepositories(settings) };
  if (settings.layout === "classic") {
    // The CRD Jobs carry the tag in their names and run the image, so both are set from the version.
    return {
      ...shared,
      name: "istio-init",
      chart: "istio-init",
      values: { global: { ...hubValue(settings), tag: version } },
    };
  }
  // Up to 1.23 the CRDs lie in crds/, which Helm never upgrades; as templates it does, and from 1.24 on they are.
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
  const { version, releaseName, revision, values, dnsCapture, cni, ztunnel } = settings.istio;
  const shared = { version, repositories: istioRepositories(settings) };
  if (settings.layout === "classic") {
    const own = {
      global: { ...hubValue(settings), tag: version },
      gateways: { enabled: false },
      kiali: classicKialiValues(settings.kiali.enabled, settings.istio.hub),
    };
    return { ...shared, name: releaseName ?? "istio", chart: "istio", values: overlay(own, values) };
  }
  const own = {
    global: { tag: version, ...hubValue(settings) },
    ...(revision === undefined ? {} : { revision }),
    ...(cni.enabled ? { pilot: { cni: { enabled: true } } } : {}),
    ...(ztunnel.enabled ? { profile: "ambient" } : {}),
    ...(dnsCapture ? dnsCaptureValues(version) : {}),
  };
  const name = releaseName ?? controlPlaneReleaseName(revision);
  return { ...shared, name, chart: "istiod", values: overlay(own, values) };
}

/** Istio's optional parts of the modern layout. */
function component(settings: PlanSettings, chart: Part, own: Values): readonly ReleasePlan[] {
  const { version, [chart]: given } = settings.istio;
  if (settings.layout === "classic" || !given.enabled) return [];
  const name = partReleaseName(chart, given.releaseName);
  return [{ name, chart, version, repositories: istioRepositories(settings), values: overlay(own, given.values) }];
}

/**
 * The release that brings Kiali in the modern layout; in the classic one the control plane's chart holds it. User values win.
 */
export function kialiRelease(settings: PlanSettings): ReleasePlan | undefined {
  if (settings.layout === "classic" || !settings.kiali.enabled) return undefined;
  const version = kialiVersion(settings.istio.version);
  const own = settings.kiali.chartRepository;
  if (version === undefined) return undefined;
  return {
    name: kialiReleaseName,
    chart: "kiali-server",
    version,
    repositories: own === undefined ? officialKialiRepositories : [own.replaceAll("{version}", settings.istio.version)],
    values: overlay(kialiServerValues(version, settings.istio.hub), settings.kiali.values),
  };
}

/** The node agent: before the control plane, whose sidecars need it; in ambient mode after it, as Istio documents both. */
function beforeControlPlane(settings: PlanSettings): readonly ReleasePlan[] {
  return settings.istio.ztunnel.enabled ? [] : nodeAgent(settings);
}

function nodeAgent(settings: PlanSettings): readonly ReleasePlan[] {
  const profile = settings.istio.ztunnel.enabled ? { profile: "ambient" } : {};
  return component(settings, "cni", {
    global: { tag: settings.istio.version, ...hubValue(settings) },
    ...profile,
  });
}

/**
 * The proxies that are releases of their own, in Istio's order.
 * @see https://istio.io/latest/docs/ambient/install/helm/
 */
function proxyReleases(settings: PlanSettings): readonly ReleasePlan[] {
  const { version, revision } = settings.istio;
  const rev = revision === undefined ? {} : { revision };
  return [
    ...component(settings, "ztunnel", { tag: version, ...hubValue(settings), ...rev }),
    ...component(settings, "gateway", rev),
  ];
}

/** The Helm releases of a mesh. */
export interface MeshReleases {
  readonly crds: ReleasePlan;
  readonly before: readonly ReleasePlan[];
  readonly controlPlane: ReleasePlan;
  readonly after: readonly ReleasePlan[];
  readonly kiali: ReleasePlan | undefined;
  /** Those that are proxies: after the sidecars, so that a control plane that is rolled back is not below them. */
  readonly proxies: readonly ReleasePlan[];
}

/** Plans all releases of the mesh. */
export const planReleases = (settings: PlanSettings): MeshReleases => ({
  crds: crdRelease(settings),
  before: beforeControlPlane(settings),
  controlPlane: controlPlaneRelease(settings),
  after: settings.istio.ztunnel.enabled ? nodeAgent(settings) : [],
  kiali: kialiRelease(settings),
  proxies: proxyReleases(settings),
});

/** The releases in the order in which they are installed. */
export const inOrder = (mesh: MeshReleases): readonly ReleasePlan[] => [
  ...[mesh.crds, ...mesh.before, mesh.controlPlane, ...mesh.after],
  ...(mesh.kiali === undefined ? [] : [mesh.kiali]),
  ...mesh.proxies,
];

/** The version that the control plane, and its sidecars, will have: a tag in the user's values wins. */
export function targetVersion({ version, values }: ReleasePlan): string {
  const { global } = values as { global?: { tag?: unknown } };
  const tag = versionOf(`image:${String(global?.tag)}`);
  return tag === unreadable ? version : tag;
}

/** The registry that the control plane's release asks for, the user's values included; `undefined`: the chart's own. */
export function effectiveHub({ values }: ReleasePlan): string | undefined {
  const { global } = values as { global?: { hub?: unknown } };
  return typeof global?.hub === "string" ? global.hub : undefined;
}
