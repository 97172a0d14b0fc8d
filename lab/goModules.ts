import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../tools/helm";

/** What programs are for: a control plane, Pulumi's engine, traffic through a real mesh, or istiods of more minors beside its own. */
export type Purpose = "controlPlane" | "engine" | "traffic" | "istiods";

/** A pinned Go module in `lab/modules` and the programs that are built from it. */
export interface GoModule {
  /** Folder below `lab/modules`. */
  readonly folder: string;
  readonly purpose: Purpose;
  /** Release of the programs, as in the module's go.mod or as its programs say. */
  readonly version: string;
  readonly packages: readonly string[];
  /** File names of the programs. */
  readonly programs: readonly string[];
  /** Kubernetes minor of the programs; default: they fit any. */
  readonly minor?: string;
  /** More for the linker. */
  readonly linkerFlags?: string;
  /** What its published module lacks: the API server's OpenAPI description, or the files that the provider embeds. */
  readonly lacks?: "openApi" | "schema";
  /** For a person: how long the first build takes on two cores, in minutes. */
  readonly minutes: number;
}

const kubernetesPrograms = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"];

const kubernetes = {
  purpose: "controlPlane" as const,
  packages: kubernetesPrograms.map((name) => `k8s.io/kubernetes/cmd/${name}`),
  programs: kubernetesPrograms,
  minutes: 10,
};

/** Versions that the programs say of themselves: without these the API server says 0.0.0. */
function stamp(version: string): string {
  const [major, minor] = version.split(".");
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  return ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
    .flatMap((path) => Object.entries(values).map(([key, value]) => `-X ${path}.${key}=${value ?? ""}`))
    .join(" ");
}

/** Version that istiod says of itself. */
const buildVersion = (version: string) => `-X istio.io/istio/pkg/version.buildVersion=${version}`;

/** What the lab can build. Kubernetes 1.21 is the newest for classic meshes; 1.34 is in the range of Istio 1.28 to 1.30. */
export const goModules: readonly GoModule[] = [
  {
    folder: "kwok",
    purpose: "controlPlane",
    version: "0.8.0",
    packages: ["sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok/cmd/kwokctl"],
    programs: ["kwok", "kwokctl"],
    minutes: 2,
  },
  {
    folder: "etcd",
    purpose: "controlPlane",
    version: "3.6.16",
    packages: ["go.etcd.io/etcd/server/v3"],
    programs: ["etcd"],
    minutes: 1,
  },
  {
    folder: "kubernetes-1.34",
    version: "1.34.4",
    minor: "1.34",
    ...kubernetes,
    linkerFlags: stamp("1.34.4"),
  },
  {
    folder: "kubernetes-1.21",
    version: "1.21.14",
    minor: "1.21",
    ...kubernetes,
    // It reaches into Go's own packages in a way that newer linkers refuse.
    linkerFlags: `-checklinkname=0 ${stamp("1.21.14")}`,
    lacks: "openApi",
  },
  {
    folder: "pulumi",
    purpose: "engine",
    version: "3.248.0",
    packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
    programs: ["pulumi"],
    linkerFlags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.248.0",
    minutes: 6,
  },
  {
    folder: "pulumi-kubernetes",
    purpose: "engine",
    // Of the SDK in package.json; its module's own versions are dates.
    version: "4.32.0",
    packages: ["."],
    programs: ["pulumi-resource-kubernetes"],
    linkerFlags: "-X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version=4.32.0",
    lacks: "schema",
    minutes: 12,
  },
  {
    folder: "istio",
    purpose: "traffic",
    version: "1.31-20260827",
    packages: ["istio.io/istio/pilot/cmd/pilot-discovery", "istio.io/istio/istioctl/cmd/istioctl"],
    programs: ["pilot-discovery", "istioctl"],
    linkerFlags: buildVersion("1.31.0-20260827"),
    minutes: 10,
  },
  // The state of the source when a minor's branch began. Few commits of Istio's are published as a module.
  ...(
    [
      ["1.30", "20260423"],
      ["1.21", "20240221"],
    ] as const
  ).map(([minor, day]) => ({
    folder: `istio-${minor}`,
    purpose: "istiods" as const,
    version: `${minor}-${day}`,
    packages: ["istio.io/istio/pilot/cmd/pilot-discovery"],
    programs: ["pilot-discovery"],
    linkerFlags: buildVersion(`${minor}.0-${day}`),
    minutes: 10,
  })),
];

/** Modules whose programs a control plane of a Kubernetes minor is made of. */
export function modulesFor(minor: string): readonly GoModule[] {
  return modulesOf("controlPlane").filter((module) => module.minor === undefined || module.minor === minor);
}

/** Modules of a purpose. */
export function modulesOf(purpose: Purpose): readonly GoModule[] {
  return goModules.filter((module) => module.purpose === purpose);
}

/** What is not built yet, for a person who is about to wait for it; `undefined` where all is. */
export function missingBuilds(modules: readonly GoModule[]): string | undefined {
  const missing = modules.filter((module) => !existsSync(builtFolder(module)));
  if (missing.length === 0) return undefined;
  const names = missing.map(({ folder, version }) => `${folder} ${version}`).join(", ");
  const minutes = missing.reduce((sum, module) => sum + module.minutes, 0);
  return `${names}: about ${String(minutes)} minutes on two cores, once`;
}

/** Where a module's programs are kept once they are built. */
export function builtFolder({ folder, version }: GoModule): string {
  return join(cacheFolder(), "lab", `${folder}-${version}`);
}

/** Folders of the built programs of a Kubernetes minor. */
export function builtFolders(minor: string): readonly string[] {
  return modulesFor(minor).map(builtFolder);
}
