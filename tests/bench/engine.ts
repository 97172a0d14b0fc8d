import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entryArgs } from "../../components/externalServices";
import { startControlPlane, type LabControlPlane } from "../../lab/controlPlane";
import { serviceEntries } from "../../mesh/install/serviceEntries";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { chartRoot, missingFor, repository } from "../e2e/support/engine";
import { Instance } from "../e2e/support/instance";
import { classicConfig, labOf, type Lab } from "../e2e/support/lab";
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
/** The ServiceEntries of the stack that is measured, and of so many external services more. */
const entriesWith = (count: number) => {
  const more = { addresses: [], resolution: "DNS" as const };
  const externalServices = manyServices(count).map((service) => ({ ...service, ...more }));
  return serviceEntries({ ...external, externalServices }).map((entry) => entryArgs(entry, "dev701"));
};

/** A fresh control plane for one measurement. */
export async function inLab<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const plane: LabControlPlane = await startControlPlane("1.21");
  const charts = await serveCharts(chartRoot() ?? "");
  try {
    return await work(labOf(plane, charts));
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
  writeFileSync(objects, JSON.stringify({ apiVersion: "v1", kind: "List", items: entriesWith(0) }));
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
function naiveProgram({ plane, charts }: Lab, services: number): string {
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
for (const entry of ${JSON.stringify(entriesWith(services))}) {
  new k8s.apiextensions.CustomResource(entry.metadata.name, entry as unknown as k8s.apiextensions.CustomResourceArgs, { provider, dependsOn: [istio, namespace] });
}
`;
}

interface Runs {
  readonly first: Run;
  readonly preview: Run;
  readonly noop: Run;
}

const pulumi = (instance: Instance, ...args: readonly string[]) => measured((env) => instance.pulumiWith(env, ...args));
const up = (instance: Instance) => pulumi(instance, "up", "--yes", "--skip-preview");

/** Measures the runs of a stack: its first one each time in a cluster of its own. */
async function measure(make: (lab: Lab) => Promise<Instance>): Promise<Runs> {
  const once = <T>(work: (instance: Instance) => Promise<T>) =>
    inLab(async (lab) => {
      const instance = await make(lab);
      try {
        return await work(instance);
      } finally {
        instance.remove();
      }
    });
  const first = await threeTimes(() => once(up));
  return once(async (instance) => {
    await up(instance);
    return {
      first,
      preview: await threeTimes(() => pulumi(instance, "preview")),
      noop: await threeTimes(() => up(instance)),
    };
  });
}

/**
 * A stack of the naive program, with Pulumi's defaults: its types are checked at its first run, and again when it has changed; what
 * came of that is kept by ts-node.
 */
export async function naiveInstance(lab: Lab, services = 0): Promise<Instance> {
  const instance = await Instance.create("bench", {});
  for (const file of ["index.ts", "tsconfig.json", "package.json", "Pulumi.yaml"]) rmSync(join(instance.folder, file));
  writeFileSync(join(instance.folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
  writeFileSync(join(instance.folder, "index.ts"), naiveProgram(lab, services));
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
  const hand = await threeTimes(async () => ({ seconds: await inLab(byHand), megabytes: Number.NaN }));
  const plain = await measure((lab) => naiveInstance(lab));
  const ours = await measure((lab) => Instance.create("dev701", classicConfig(lab)));
  return [
    { what: "first install by hand", ...hand },
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
  const many = (count: number) =>
    measure((lab) => Instance.create("dev701", classicConfig(lab, { externalServices: manyServices(count) })));
  const [fifty, fiveHundred] = [await many(50), await many(500)];
  const plain = await measure((lab) => naiveInstance(lab, 500));
  const naive = (what: string) => `${what}, 500 external services, naive program`;
  return [
    { what: "no-op up, 50 external services", ...fifty.noop, against: "no-op up" },
    { what: naive("no-op up"), ...plain.noop, against: "no-op up, naive program" },
    { what: "no-op up, 500 external services", ...fiveHundred.noop, against: "no-op up", aim: "1.8" },
    { what: naive("first up"), ...plain.first, against: "first up, naive program" },
    { what: "first up, 500 external services", ...fiveHundred.first, against: "first up", aim: "3" },
  ];
}
