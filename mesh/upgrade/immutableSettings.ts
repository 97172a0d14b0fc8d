import type { Layout } from "../../settings/types";
import { allParts, partReleaseName, type Part, type PartReleases } from "../istio/names";

/** What a stack must not change once it is installed: each would delete one mesh and create another. */
export interface Identity {
  readonly layout: Layout;
  readonly controlPlane: "managed" | "shared";
  /** Name of the control plane's release. */
  readonly controlPlaneRelease: string;
  /** Revision of the control plane: with another one comes another release. */
  readonly revision?: string | undefined;
  readonly namespace: string;
  readonly cluster?: string | undefined;
  /** Releases that the stack manages. */
  readonly releases?: readonly string[];
  /** Absent: none has another name than the usual one. */
  readonly partReleases?: PartReleases | undefined;
}

const fixed: readonly {
  readonly key: Exclude<keyof Identity, "revision" | "releases" | "partReleases">;
  readonly setting: string;
  readonly way: string;
}[] = [
  {
    key: "layout",
    setting: "istio.version",
    way: "the two layouts cannot replace one another in place: build a new cluster, or destroy this stack and install afresh",
  },
  {
    key: "controlPlane",
    setting: "istio.controlPlane",
    way: "it would remove the mesh or take another stack's: destroy this stack first",
  },
  {
    key: "controlPlaneRelease",
    setting: "istio.releaseName",
    way: "it would replace the control plane and every pod of it: set it back",
  },
  {
    key: "namespace",
    setting: "namespace",
    way: "it would delete the instance's objects: make a new stack for the other namespace",
  },
  {
    key: "cluster",
    setting: "kubernetes.context",
    way: "the stack was installed in another cluster: set the context back, or make a new stack",
  },
];

/** What a message calls them, where it is not the key. */
const names: Partial<Record<keyof Identity, string>> = { controlPlaneRelease: "control plane's release" };

/** Parts that are installed before and after, under another name. */
function judgeParts(before: Partial<Identity>, now: Partial<Identity>): readonly string[] {
  const nameIn = ({ partReleases, releases }: Partial<Identity>, part: Part) => {
    const name = partReleaseName(part, partReleases?.[part]);
    return releases?.includes(name) === true ? name : undefined;
  };
  return allParts.flatMap((part) => {
    const [was, is] = [nameIn(before, part), nameIn(now, part)];
    if (was === undefined || is === undefined || was === is) return [];
    return [
      `jam-istio:istio.${part}.releaseName changes the release from ${was} to ${is}: it would replace every pod of it: set it back`,
    ];
  });
}

/** Which settings cannot change, given what the last run of the stack recorded. */
export function judgeIdentity(before: Partial<Identity>, now: Identity): readonly string[] {
  const others = before.layout === now.layout ? judgeParts(before, now) : [];
  const own = fixed
    .filter(({ key }) => before[key] !== undefined && now[key] !== undefined && before[key] !== now[key])
    .filter(
      ({ key }) => key !== "controlPlaneRelease" || (before.layout === now.layout && before.revision === now.revision),
    )
    .map(({ key, setting, way }) =>
      key === "cluster"
        ? `jam-istio:${setting} leads to another cluster: ${way}`
        : `jam-istio:${setting} changes the ${names[key] ?? key} from ${String(before[key])} to ${now[key]}: ${way}`,
    );
  return [...own, ...others];
}
