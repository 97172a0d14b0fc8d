import * as semver from "semver";
import type { Layout } from "../../settings/types";

/** What is known of one minor release of Istio. Versions are `major.minor`. */
export interface Minor {
  /** Lowest Kubernetes minor that Istio supports with this release. */
  readonly kubernetesMin: string;
  /** Highest Kubernetes minor that Istio supports with this release. */
  readonly kubernetesMax: string;
  /** Lowest Kubernetes minor on which Istio tested this release, supported or not. Default: `kubernetesMin`. */
  readonly testedMin?: string;
  /** From this Kubernetes minor on the APIs that the release's objects use are gone. Default: none. */
  readonly removedIn?: string;
  /** When Istio ended, or expects to end, support, as istio.io writes it. */
  readonly endOfLife?: string;
  /** Version of the `kiali-server` chart made for this release. */
  readonly kiali?: string;
  /** The image registry that its charts name by default, where that one closes ({@link closingRegistries}). */
  readonly closingHub?: string;
}

/** The day on which the table was compared with istio.io's support status and Kiali's compatibility page. */
export const dataDate = "2026-11-23";

const row = (
  kubernetesMin: string,
  kubernetesMax: string,
  endOfLife?: string,
  more: Pick<Minor, "testedMin" | "removedIn" | "kiali" | "closingHub"> = {},
): Minor => ({ kubernetesMin, kubernetesMax, ...(endOfLife === undefined ? {} : { endOfLife }), ...more });

/**
 * Istio's minors. Sources: istio.io "Supported releases", with its column "Tested, but not supported", and Kiali's version
 * compatibility table. The minimum in Istio's code is none: istioctl says there that it goes on.
 */
export const minors: Readonly<Record<string, Minor>> = {
  // The charts use v1beta1 APIs that Kubernetes 1.22 removed.
  "1.3": row("1.13", "1.15", "Feb 2020", { removedIn: "1.22" }),
  "1.4": row("1.13", "1.15", "5 Jun 2020", { removedIn: "1.22" }),
  "1.5": row("1.14", "1.16", "Aug 2020", { removedIn: "1.22" }),
  "1.12": row("1.19", "1.22", "Jul 2022"),
  "1.13": row("1.20", "1.23", "Oct 2022", { testedMin: "1.16" }),
  "1.14": row("1.21", "1.24", "Dec 2022", { testedMin: "1.16" }),
  "1.15": row("1.22", "1.25", "Apr 2023", { testedMin: "1.16" }),
  "1.16": row("1.22", "1.25", "Jul 2023", { testedMin: "1.16" }),
  "1.17": row("1.23", "1.26", "Oct 2023", { testedMin: "1.16" }),
  "1.18": row("1.24", "1.27", "Jan 2024", { testedMin: "1.20" }),
  "1.19": row("1.25", "1.28", "Apr 2024", { testedMin: "1.21" }),
  "1.20": row("1.25", "1.29", "Jun 2024", { testedMin: "1.23" }),
  "1.21": row("1.26", "1.29", "Sep 2024", { testedMin: "1.23" }),
  "1.22": row("1.27", "1.30", "Jan 2025", { testedMin: "1.23" }),
  "1.23": row("1.27", "1.30", "16 Apr 2025", { testedMin: "1.23" }),
  "1.24": row("1.28", "1.31", "24 Jun 2025", { testedMin: "1.23" }),
  "1.25": row("1.29", "1.32", "30 Sep 2025", { testedMin: "1.24" }),
  "1.26": row("1.29", "1.33", "22 Dec 2025", { testedMin: "1.24", kiali: "2.8.0" }),
  "1.27": row("1.29", "1.33", "7 Apr 2026", { testedMin: "1.24", kiali: "2.12.0" }),
  "1.28": row("1.30", "1.34", "1 Jul 2026", { testedMin: "1.25", kiali: "2.17.0" }),
  "1.29": row("1.31", "1.35", "12 Oct 2026", { testedMin: "1.26", kiali: "2.21.0" }),
  "1.30": row("1.32", "1.36", undefined, {
    testedMin: "1.27",
    kiali: "2.26.0",
    closingHub: "registry.istio.io/release",
  }),
  "1.31": row("1.32", "1.36", undefined, { testedMin: "1.27" }),
};

/** Why the charts of 1.6 to 1.11 cannot be installed from a repository. */
export const noChartsReason =
  "Istio 1.6 to 1.11 have no charts in a repository (1.6 and 1.7 are installed by istioctl only, " +
  "the charts of 1.8 to 1.11 are only in release archives)";

/**
 * Optional charts of the modern layout, with the oldest minor that was seen to work with the Helm inside Pulumi's provider:
 * that one refuses the gateway's own schema up to 1.24.
 */
export const optionalCharts = { cni: "1.23", ztunnel: "1.24", gateway: "1.27" } as const;

/** Istio's image registry: the only one from 1.31 on, and the one that has every version. */
export const officialHub = "docker.io/istio";

/**
 * Istio's image registries that are switched off, by their beginning, and when.
 * @see https://istio.io/latest/blog/2026/retirement-of-gcp/
 */
export const closingRegistries = ["registry.istio.io", "gcr.io/istio-release"] as const;
export const closingDate = "December 2026";

/**
 * Where Istio publishes the charts of a version: the first is asked first. The last host of each list is switched off in
 * December 2026; versions from 1.31 on were never put there. That the classic charts moved along with the release files is
 * inferred from the announcement.
 * @see https://istio.io/latest/blog/2026/retirement-of-gcp/
 */
export function officialRepositories(layout: Layout, version: string): readonly string[] {
  if (layout === "classic") {
    const place = `istio-release/releases/${version}/charts`;
    return [`https://blob.istio.io/${place}`, `https://storage.googleapis.com/${place}`];
  }
  const old = semver.lt(version, "1.31.0-0") ? ["https://istio-release.storage.googleapis.com/charts"] : [];
  return ["https://blob.istio.io/istio-release/charts", "oci://ghcr.io/istio/release/charts", ...old];
}

/** Kiali's official chart repositories. */
export const officialKialiRepositories: readonly string[] = ["https://kiali.org/helm-charts"];

/** `1.30` of `1.30.3`. */
export function minorOf(version: string): string {
  return `${String(semver.major(version))}.${String(semver.minor(version))}`;
}

/** Compares two `major.minor` strings as numbers: negative, zero or positive. */
export function compareMinors(a: string, b: string): number {
  return semver.compare(`${a}.0`, `${b}.0`);
}

/**
 * The chart layout of an Istio version, or `undefined` where no chart repository carries it
 * (below 1.3, 1.6 to 1.11, another major version).
 */
export function layoutOf(version: string): Layout | undefined {
  if (semver.satisfies(version, ">=1.3.0 <1.6.0")) return "classic";
  if (semver.satisfies(version, ">=1.12.0 <2.0.0")) return "modern";
  return undefined;
}

/** Data of the version's minor; `undefined` for a minor newer than the data. */
export function minorData(version: string): Minor | undefined {
  return minors[minorOf(version)];
}

/**
 * Version of the `kiali-server` chart for a modern Istio version: the matching one, for a minor newer than the
 * data the newest known one. `undefined` where none is known.
 */
export function kialiVersion(version: string): string | undefined {
  const known = minorData(version)?.kiali;
  if (known !== undefined) return known;
  const withKiali = Object.keys(minors).filter((minor) => minors[minor]?.kiali !== undefined);
  const newest = withKiali.sort(compareMinors).at(-1);
  if (newest === undefined || compareMinors(minorOf(version), newest) < 0) return undefined;
  return minors[newest]?.kiali;
}
