import { join } from "node:path";
import { cacheFolder } from "../tools/helm";

/** A pinned Go module in `lab/modules` and the programs that are built from it. */
export interface GoModule {
  /** Folder below `lab/modules`. */
  readonly folder: string;
  /** Release of the programs, as in the module's go.mod. */
  readonly version: string;
  readonly packages: readonly string[];
  /** File names of the programs. */
  readonly programs: readonly string[];
  /** Kubernetes minor of the programs; default: they fit any. */
  readonly minor?: string;
  /** More for the linker. */
  readonly linkerFlags?: string;
  /** Whether the API server's OpenAPI description has to be generated: the module is published without it. */
  readonly generateOpenApi?: boolean;
  /** For a person: how long the first build takes on two cores. */
  readonly takes: string;
}

const kubernetesPrograms = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"];

const kubernetes = {
  packages: kubernetesPrograms.map((name) => `k8s.io/kubernetes/cmd/${name}`),
  programs: kubernetesPrograms,
  takes: "4 minutes",
};

/** Versions that the programs say of themselves: without these the API server says 0.0.0. */
function stamp(version: string): string {
  const [major, minor] = version.split(".");
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  return ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]
    .flatMap((path) => Object.entries(values).map(([key, value]) => `-X ${path}.${key}=${value ?? ""}`))
    .join(" ");
}

/** What the lab can build. Kubernetes 1.21 is the newest for classic meshes; 1.34 is in the range of Istio 1.28 to 1.30. */
export const goModules: readonly GoModule[] = [
  {
    folder: "kwok",
    version: "0.8.0",
    packages: ["sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok/cmd/kwokctl"],
    programs: ["kwok", "kwokctl"],
    takes: "2 minutes",
  },
  {
    folder: "etcd",
    version: "3.6.16",
    packages: ["go.etcd.io/etcd/server/v3"],
    programs: ["etcd"],
    takes: "1 minute",
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
    generateOpenApi: true,
  },
];

/** Modules whose programs a control plane of a Kubernetes minor is made of. */
export function modulesFor(minor: string): readonly GoModule[] {
  return goModules.filter((module) => module.minor === undefined || module.minor === minor);
}

/** Where a module's programs are kept once they are built. */
export function builtFolder({ folder, version }: GoModule): string {
  return join(cacheFolder(), "lab", `${folder}-${version}`);
}

/** Folders of the built programs of a Kubernetes minor. */
export function builtFolders(minor: string): readonly string[] {
  return modulesFor(minor).map(builtFolder);
}
