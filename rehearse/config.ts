import type { RawConfig } from "../config/raw";
import { compareMinors, minorData } from "../mesh/istio/releases";
import type { Layout, Settings } from "../settings/types";

/** What of a stack's config a rehearsal sets itself. */
export interface Overrides {
  readonly kubeconfig: string;
  readonly version: string;
  /** Root of a chart mirror, where it is not the stack file's repository. */
  readonly charts?: string | undefined;
}

const parsed = (text: string | undefined) => JSON.parse(text ?? "{}") as Record<string, unknown>;

/** Repository of Istio's charts below the root of a mirror; `{version}` stands for the version. */
export function repositoryIn(root: string, layout: Layout): string {
  const place = layout === "classic" ? "istio-release/releases/{version}/charts" : "istio-release/charts";
  return `${root.replace(/\/$/, "")}/${place}`;
}

/**
 * A stack's config for a rehearsal: its own, in another cluster. Secrets are left out: they cannot be opened here, and
 * are generated instead. So are faults.
 */
export function rehearsalConfig(
  { values, secretKeys }: RawConfig,
  { layout }: Pick<Settings, "layout">,
  { kubeconfig, version, charts }: Overrides,
): Record<string, unknown> {
  // Faults are for what stands and is called; here nothing is before the rehearsal begins.
  const left = [...secretKeys, "jam-istio:faultInjection"];
  const own = Object.entries(values).filter(([key]) => !left.includes(key));
  const root = charts?.replace(/\/$/, "");
  const istio = {
    ...parsed(values["jam-istio:istio"]),
    version,
    ...(root === undefined ? {} : { chartRepository: repositoryIn(root, layout) }),
  };
  const kiali = {
    ...parsed(values["jam-istio:kiali"]),
    ...(root === undefined || layout === "classic" ? {} : { chartRepository: `${root}/kiali` }),
  };
  return {
    ...Object.fromEntries(own),
    "jam-istio:kubernetes": { kubeconfig },
    "jam-istio:istio": istio,
    ...(Object.keys(kiali).length === 0 ? {} : { "jam-istio:kiali": kiali }),
  };
}

/** Kubernetes minors that the lab can build by itself. */
const built = ["1.34", "1.21"];

/** The Kubernetes minor to rehearse on: one that the lab can build and all the Istio versions support, else the newest that all support. */
export function rehearsalMinor(versions: readonly string[]): string {
  const rows = versions.map(minorData).filter((row) => row !== undefined);
  const fits = (minor: string) =>
    rows.every(
      ({ kubernetesMin, kubernetesMax, removedIn }) =>
        compareMinors(minor, kubernetesMin) >= 0 &&
        // The classic layout works beyond its tested range, up to the release that removed its APIs.
        (removedIn === undefined ? compareMinors(minor, kubernetesMax) <= 0 : compareMinors(minor, removedIn) < 0),
    );
  const highest = rows.map(({ kubernetesMax }) => kubernetesMax).sort(compareMinors)[0] ?? "1.34";
  return built.find(fits) ?? highest;
}
