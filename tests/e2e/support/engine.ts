import { delimiter, join } from "node:path";
import { withoutPackages } from "../../../cli/engine/backend";
import { findBinaries } from "../../../lab/binaries";
import { engineMissing, findLabEngine, randomProvider } from "../../../lab/engine/engine";
import { mirrorFolder, noMirror } from "../../support/mirror";

const root = join(__dirname, "..", "..", "..");

const path = withoutPackages(process.env["PATH"] ?? "");
const noEngine = engineMissing(path);
// The Automation API takes the first pulumi on this process's PATH. Passwords come from the stand-in at any rate.
Object.assign(process.env, findLabEngine([path, randomProvider].join(delimiter))?.env ?? { PATH: path });

/** Root of the chart mirror. */
export const chartRoot = mirrorFolder;

/** Why no control plane can be started here on a Kubernetes minor; `undefined` where one can. */
export function labMissing(minor: string): string | undefined {
  if (chartRoot() === undefined) return noMirror;
  const binaries = findBinaries(minor);
  return typeof binaries === "string" ? binaries : undefined;
}

/** Why the end-to-end tests cannot run here on a Kubernetes minor; `undefined` where they can. */
export function missingFor(minor: string): string | undefined {
  return noEngine ?? labMissing(minor);
}

/** A suite that runs, or one pending test that says why not. */
export function describeWith(reason: string | undefined, title: string, suite: () => void): void {
  describe(title, () => {
    if (reason === undefined) suite();
    else it(`pending: ${reason}`);
  });
}

/** A suite that needs the engine and a control plane; a pending test with the reason where they are missing. */
export function describeOn(minor: string, title: string, suite: () => void): void {
  describeWith(missingFor(minor), `${title} (Kubernetes ${minor})`, suite);
}

/** A suite that needs a control plane and no engine; a pending test with the reason where it is missing. */
export function describeOnLab(minor: string, title: string, suite: () => void): void {
  describeWith(labMissing(minor), `${title} (Kubernetes ${minor})`, suite);
}

/** The repository's folder. */
export const repository = root;
