import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { withoutPackages } from "../../../cli/backend";
import { findBinaries } from "../../../lab/binaries";

const root = join(__dirname, "..", "..", "..");

// The Automation API takes the first pulumi on this process's PATH.
process.env["PATH"] = withoutPackages(process.env["PATH"] ?? "");

function onPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}

function hasKubernetesProvider(): boolean {
  const plugins = join(process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"), "plugins");
  const installed = existsSync(plugins) ? readdirSync(plugins) : [];
  return onPath("pulumi-resource-kubernetes") || installed.some((name) => /^resource-kubernetes-v[\d.]+$/.test(name));
}

/** Root of the chart mirror: `JAM_ISTIO_CHARTS`, else beside the project. */
export function chartRoot(): string | undefined {
  return [process.env["JAM_ISTIO_CHARTS"], join(root, "..", "shared", "charts")].find(
    (folder) => folder !== undefined && existsSync(join(folder, "istio-release")),
  );
}

/** Why no control plane can be started here on a Kubernetes minor; `undefined` where one can. */
export function labMissing(minor: string): string | undefined {
  if (chartRoot() === undefined) return "no chart mirror: JAM_ISTIO_CHARTS";
  const binaries = findBinaries(minor);
  return typeof binaries === "string" ? binaries : undefined;
}

/** Why the end-to-end tests cannot run here on a Kubernetes minor; `undefined` where they can. */
export function missingFor(minor: string): string | undefined {
  if (!onPath("pulumi")) return "no pulumi command on PATH";
  if (!hasKubernetesProvider()) return "no Kubernetes provider for Pulumi";
  return labMissing(minor);
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
