import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entryArgs } from "../../components/externalServices";
import { startControlPlane, type LabControlPlane } from "../../lab/controlPlane";
import { serviceEntries } from "../../mesh/install/serviceEntries";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { chartRoot, missingFor, repository } from "../e2e/support/engine";
import { Instance } from "../e2e/support/instance";
import { classicConfig, type Lab } from "../e2e/support/lab";
import { serveCharts } from "../support/chartServer";
import { manyServices, measured, threeTimes, type Measured, type Run } from "./measured";

const version = "1.4.6";
const external = {
  mysql: { external: true, externalHostName: "db.example.com", addresses: [] },
  dataStorage: { mode: "aws" as const, region: "eu-central-1" },
  mail: { external: true, externalHostName: "smtp.example.com", externalHostPort: 587, addresses: [] },
};
const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "kiali", namespace: "istio-system", labels: { app: "kiali" } },
  stringData: { username: "admin", passphrase: "bench" },
};
const entries = serviceEntries(external).map((entry) => entryArgs(entry, "dev701"));

/** A fresh control plane for one measurement. */
export async function inLab<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const plane: LabControlPlane = await startControlPlane("1.21");
  const charts = await serveCharts(chartRoot() ?? "");
  try {
    return await work({ plane, charts, kubeconfig: plane.kubeconfig });
  } finally {
    await plane.stop();
    await charts.stop();
  }
}

/** The hand procedure of helm and kubectl: namespace, istio-init, its Jobs, the Secret, istio, the entries. */
async function byHand({ plane, charts }: Lab): Promise<number> {
  const folder = mkdtempSync(`${plane.kubeconfig}-hand-`);
  const objects = join(folder, "objects.json");
  const secretFile = join(folder, "secret.json");
  writeFileSync(secretFile, JSON.stringify(secret));
  writeFileSync(objects, JSON.stringify({ apiVersion: "v1", kind: "List", items: entries }));
  const repo = [
    "--repo",
    `${charts.url}/istio-release/releases/${version}/charts`,
    "--version",
    version,
    "-n",
    "istio-system",
  ];
  const program = await findHelm((line) => process.stderr.write(`${line}\n`));
  const helm = (...args: readonly string[]) =>
    mustRun(program, ["--kubeconfig", plane.kubeconfig, ...args, ...repo], { seconds: 120 });
  const start = performance.now();
  await plane.kubectl("create", "namespace", "istio-system");
  await helm("install", "istio-init", "istio-init");
  await plane.kubectl("-n", "istio-system", "wait", "--for=condition=complete", "job", "--all");
  await plane.kubectl("apply", "-f", secretFile);
  await helm("install", "istio", "istio", "--wait", "--set", "kiali.enabled=true,gateways.enabled=false");
  await plane.kubectl("create", "namespace", "dev701");
  await plane.kubectl("apply", "-f", objects);
  return (performance.now() - start) / 1000;
}

/** A program with the same resources and nothing else: no validation, no gate, Pulumi's defaults. */
function naiveProgram({ plane, charts }: Lab): string {
  const repo = `${charts.url}/istio-release/releases/${version}/charts`;
  return `
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
const provider = new k8s.Provider("k8s", { kubeconfig: ${JSON.stringify(plane.kubeconfig)} });
const system = new k8s.core.v1.Namespace("istio-system", { metadata: { name: "istio-system" } }, { provider });
const release = (name: string, values: object, dependsOn: pulumi.Resource[]) => new k8s.helm.v3.Release(name, { name, chart: name, version: "${version}",
  namespace: "istio-system", repositoryOpts: { repo: "${repo}" }, values, waitForJobs: true }, { provider, dependsOn });
const init = release("istio-init", {}, [system]);
const passphrase = new random.RandomPassword("kiali", { length: 32 }).result;
const secret = new k8s.core.v1.Secret("kiali", { ...${JSON.stringify(secret)}, stringData: { username: "admin", passphrase } }, { provider, dependsOn: [init] });
const istio = release("istio", { kiali: { enabled: true }, gateways: { enabled: false } }, [init, secret]);
const namespace = new k8s.core.v1.Namespace("dev701", { metadata: { name: "dev701" } }, { provider });
for (const entry of ${JSON.stringify(entries)}) {
  new k8s.apiextensions.CustomResource(entry.metadata.name, entry as unknown as k8s.apiextensions.CustomResourceArgs, { provider, dependsOn: [istio, namespace] });
}
`;
}

interface Runs {
  readonly first: Run;
  readonly preview: Run;
  readonly noop: Run;
}

async function measure(instance: Instance): Promise<Runs> {
  const pulumi = (...args: readonly string[]) => measured((env) => instance.pulumiWith(env, ...args));
  const up = () => pulumi("up", "--yes", "--skip-preview");
  const runs = { first: await up(), preview: await threeTimes(() => pulumi("preview")), noop: await threeTimes(up) };
  instance.remove();
  return runs;
}

/**
 * A stack of the naive program, with Pulumi's defaults: its types are checked at its first run, and again when it has changed; what
 * came of that is kept by ts-node.
 */
export async function naiveInstance(lab: Lab): Promise<Instance> {
  const instance = await Instance.create("bench", {});
  for (const file of ["index.ts", "tsconfig.json", "package.json", "Pulumi.yaml"]) rmSync(join(instance.folder, file));
  writeFileSync(join(instance.folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
  writeFileSync(join(instance.folder, "index.ts"), naiveProgram(lab));
  writeFileSync(join(instance.folder, "package.json"), '{"main":"index.ts"}');
  const options = { strict: true, target: "es2020", module: "commonjs", moduleResolution: "node", skipLibCheck: true };
  writeFileSync(
    join(instance.folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["index.ts"] }),
  );
  return instance;
}

/** Measures Pulumi's runs against the hand procedure and a naive program; the reason where there is no engine. */
export async function engineRows(): Promise<readonly Measured[] | string> {
  const reason = missingFor("1.21");
  if (reason !== undefined) return reason;
  process.chdir(repository);
  const hand = await inLab(byHand);
  const plain = await inLab(async (lab) => measure(await naiveInstance(lab)));
  const ours = await inLab(async (lab) => measure(await Instance.create("dev701", classicConfig(lab))));
  return [
    { what: "first install by hand", seconds: hand },
    { what: "first up, naive program", ...plain.first, against: "first install by hand" },
    { what: "first up", ...ours.first, against: "first install by hand", aim: "1.25" },
    { what: "unchanged preview, naive program", ...plain.preview },
    { what: "unchanged preview", ...ours.preview, against: "unchanged preview, naive program", aim: "1.1" },
    { what: "no-op up, naive program", ...plain.noop },
    { what: "no-op up", ...ours.noop, against: "no-op up, naive program", aim: "1.1" },
  ];
}

/** Measures runs with many external services against those with few. */
export async function manyRows(few: readonly Measured[]): Promise<readonly Measured[] | string> {
  const reason = missingFor("1.21");
  if (reason !== undefined) return reason;
  if (!few.some(({ what }) => what === "first up")) return "it is measured against the rows of engine";
  const many = async (count: number) =>
    inLab(async (lab) =>
      measure(await Instance.create("dev701", classicConfig(lab, { externalServices: manyServices(count) }))),
    );
  const [fifty, fiveHundred] = [await many(50), await many(500)];
  return [
    { what: "no-op up, 50 external services", ...fifty.noop, against: "no-op up" },
    { what: "no-op up, 500 external services", ...fiveHundred.noop, against: "no-op up" },
    { what: "first up, 500 external services", ...fiveHundred.first, against: "first up" },
  ];
}
