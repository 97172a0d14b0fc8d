import { allParts, partReleaseName, type Part, type PartReleases } from "../istio/names";
import type { JudgedMesh } from "./gateTypes";

const titles: Readonly<Record<string, string>> = {
  "istio-init": "CRDs",
  "istio-base": "CRDs",
  "kiali-server": "Kiali",
};

const partTitles: Readonly<Record<Part, string>> = { cni: "node agent", ztunnel: "ztunnel", gateway: "gateway" };

/** The optional part that a release brings. */
const optionalPart = (name: string, own: PartReleases = {}) =>
  allParts.find((part) => partReleaseName(part, own[part]) === name);

/** Whether a release is one of proxies. */
const isProxies = (name: string, own: PartReleases | undefined) =>
  ["ztunnel", "gateway"].includes(optionalPart(name, own) ?? "");

/** What a release is for, and its name. @param own names of parts' releases that are not the usual ones */
export function partOf(name: string, own?: PartReleases): string {
  const part = optionalPart(name, own);
  return `${part === undefined ? (titles[name] ?? "control plane") : partTitles[part]} (release ${name})`;
}

/** The steps of a change of version, in their order, in one line. */
export function upgradeSteps(
  running: string,
  { version, releases, partReleases: own }: Pick<JudgedMesh, "version" | "releases" | "partReleases">,
): string {
  const first = releases.filter((name) => !isProxies(name, own)).map((name) => partOf(name, own));
  const last = releases.filter((name) => isProxies(name, own)).map((name) => partOf(name, own));
  return `Istio ${running} to ${version}: ${[...first, "sidecars", ...last].join(", then ")}`;
}
