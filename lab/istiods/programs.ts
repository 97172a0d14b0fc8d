import { existsSync } from "node:fs";
import { join } from "node:path";
import { minorOf } from "../../mesh/istio/releases";
import { builtFolder, modulesOf, type GoModule } from "../goModules";

/** Modules that istiod is built from, one for each minor. */
export const istiodModules: readonly GoModule[] = [...modulesOf("istiods"), ...modulesOf("traffic")];

/** Istio minor of a module's istiod. */
const minorOfModule = ({ version }: GoModule) => version.split("-")[0] ?? "";

/** Minors whose istiod the lab can build. */
export const istiodMinors: readonly string[] = istiodModules.map(minorOfModule);

/** How a person builds them. */
export const buildIstiods = "npm run lab -- build istiods";

/** A built istiod of a minor. */
export interface IstiodProgram {
  readonly path: string;
  /** Its minor, with the day of its source: `1.30-20260423`. */
  readonly version: string;
}

/** The istiod of the minor of a version, where it is built. */
export function builtIstiod(version: string): IstiodProgram | undefined {
  const module = istiodModules.find((one) => minorOfModule(one) === minorOf(version));
  if (module === undefined) return undefined;
  const path = join(builtFolder(module), "pilot-discovery");
  return existsSync(path) ? { path, version: module.version } : undefined;
}

/** Why there is no istiod of a version's minor, with the way out; `undefined` where there is one. */
export function istiodMissing(version: string): string | undefined {
  if (builtIstiod(version) !== undefined) return undefined;
  const minor = minorOf(version);
  return istiodMinors.includes(minor)
    ? `no istiod of ${minor} is built: ${buildIstiods}`
    : `the lab has no istiod of ${minor}; it can build those of ${[...istiodMinors].sort().join(", ")}`;
}
