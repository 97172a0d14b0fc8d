import type { Config } from "./instance";
import { classicConfig, modernConfig, type Lab } from "./lab";
import { installLikeIstioctl } from "./oldMesh/istioctl";
import { installPlainHelm } from "./oldMesh/plainHelm";
import { openShell, type Shell } from "./oldMesh/shell";
import { installUmbrella, oldLogin, openUmbrella, upgradeUmbrella } from "./oldMesh/umbrella";

/** An old mesh, and the settings that take it over. */
export interface Adoption {
  readonly title: string;
  readonly minor: string;
  readonly stack: string;
  readonly make: (lab: Lab) => Promise<Shell>;
  readonly config: (lab: Lab, version: string) => Config;
  readonly version: string;
  /** A version to upgrade to once it is taken over. */
  readonly next?: string;
  /** What is said with the version alone in the settings. */
  readonly refused: readonly RegExp[];
  /** What the plan names. */
  readonly planned: readonly RegExp[];
  /** At what the adoption says it is killed, each time one after the other, before it may come to its end. */
  readonly moments?: readonly string[];
  /** A release that Helm makes its first revision of: the adoption is killed in the middle of that. */
  readonly halfMade?: string;
  /** Workloads whose pods are replaced, as the plan says before; default: none. */
  readonly restarts?: readonly string[];
  /** The control plane's release. */
  readonly release: string;
}

const access = { meshConfig: { accessLogFile: "/dev/stdout" } };
const modern = (lab: Lab, version: string, istio: Config) =>
  modernConfig(lab, { kiali: { enabled: false } }, { version, ...istio });

const partNames = { cni: "agent", ztunnel: "tunnel", gateway: "edge", kiali: "console" };
const parts = (more: Config) =>
  Object.fromEntries(
    (["cni", "ztunnel", "gateway"] as const).map((part) => [part, { ...more, releaseName: partNames[part] }]),
  );

/** The ways to a mesh that people came, each with the settings that take it over. */
export const adoptions: readonly Adoption[] = [
  {
    title: "the source document's umbrella, upgraded by helm template",
    minor: "1.21",
    stack: "dev701",
    make: async (lab) => {
      const shell = await openUmbrella(lab);
      await installUmbrella(lab, shell);
      await upgradeUmbrella(lab, shell);
      return shell;
    },
    version: "1.4.10",
    config: (lab, version) =>
      classicConfig(
        lab,
        { kiali: { username: oldLogin.username } },
        { version, releaseName: "jam-istio", values: { pilot: { traceSampling: 10 } } },
      ),
    refused: [
      /set istio\.releaseName: jam-istio/,
      /set kiali\.username: jam/,
      /below istio\.values,[^]*pilot:\n\s+traceSampling: 10/,
    ],
    planned: [/goes on from revision 1 \(chart jam-istio 0\.1\.0\)/, /changed.* ServiceEntry dev701\/bucket/],
    moments: [
      ...["reading what runs", "comparing it", "keeping Kiali's passphrase", "marking what must stay"],
      ...["enter the stack's state", "Previewing update", "Updating (", "Release istio-init updating"],
      ...["Release jam-istio updating", "tidying up the marks"],
    ],
    release: "jam-istio",
  },
  {
    title: "helm install under other names, with a revision and every part",
    minor: "1.34",
    stack: "local700",
    make: async (lab) => {
      const shell = await openShell(lab);
      await installPlainHelm(lab, shell, { controlPlane: "istiod-stable", revision: "stable", parts: partNames });
      return shell;
    },
    version: "1.28.10",
    next: "1.29.6",
    config: (lab, version) => ({
      ...modernConfig(
        lab,
        { injection: "revision" },
        { version, revision: "stable", values: access, ...parts({ enabled: true }) },
      ),
    }),
    refused: [
      /below istio\.values,[^]*accessLogFile: \/dev\/stdout/,
      ...(["cni", "ztunnel", "gateway"] as const).map(
        (part) => new RegExp(`set istio\\.${part}\\.releaseName: ${partNames[part]}\\.`),
      ),
    ],
    planned: [
      /release istiod-stable, chart istiod: goes on from revision 1/,
      /release mesh-crds has nothing any more/,
      /release edge, chart gateway: goes on from revision 1/,
      /release console has nothing any more/,
    ],
    moments: [
      ...["enter the stack's state", "Release istio-base creating", "Release istiod-stable updating"],
      ...["Release edge updating", "tidying up the marks"],
    ],
    // Kiali's chart made up a signing key, which the settings' Kiali reads from a Secret.
    restarts: ["Deployment istio-system/kiali"],
    release: "istiod-stable",
  },
  {
    title: "istioctl install",
    minor: "1.34",
    stack: "local700",
    make: async (lab) => {
      const shell = await openShell(lab);
      await installLikeIstioctl(lab, shell);
      return shell;
    },
    version: "1.29.6",
    next: "1.30.3",
    config: (lab, version) =>
      modern(lab, version, { releaseName: "istio", values: { ...access, revisionTags: ["default"] } }),
    refused: [/set istio\.releaseName: istio/, /below istio\.values,[^]*accessLogFile: \/dev\/stdout/],
    planned: [
      /release istio, chart istiod: Helm makes its first revision/,
      /left IstioOperator istio-system\/installed-state/,
    ],
    halfMade: "istio",
    release: "istio",
  },
];
