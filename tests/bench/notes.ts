import { findBinaries } from "../../lab/binaries";
import { startControlPlane, type LabControlPlane } from "../../lab/controlPlane";
import { applyObjects } from "../../lab/planeFile";
import { findHelm } from "../../tools/helm";
import { mustRun, run } from "../../tools/run";
import { chartRoot, repository } from "../e2e/support/engine";
import { measured, threeTimes, type Measured } from "./measured";

const spaces = 50;
const place = (prefix: string, at: number) => ({
  metadata: { name: `${prefix}-${String(at)}`, namespace: `team-${String(at % spaces)}` },
});
const times = (count: number, make: (at: number) => object): readonly object[] =>
  Array.from({ length: count }, (_, at) => make(at));
const istio = (kind: string) => ({ apiVersion: "networking.istio.io/v1", kind });

/** 5,000 objects of a mesh in 50 namespaces, none of which is what a note is about but for one. */
const objects = (): readonly object[] => [
  ...times(1500, (at) => ({
    ...{ apiVersion: "v1", kind: "Service", ...place("web", at) },
    spec: { clusterIP: "None", ports: [{ port: 80, name: "http" }] },
  })),
  ...times(1500, (at) => {
    const host = `web-${String(at)}`;
    // The last one is what note 28-03 is about: it shows that all were read.
    const mirror = at === 1499 ? { mirror: { host } } : {};
    const spec = { hosts: [host], http: [{ route: [{ destination: { host } }], ...mirror }] };
    return { ...istio("VirtualService"), ...place("web", at), spec };
  }),
  ...times(1000, (at) => {
    const spec = { host: `web-${String(at)}`, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } };
    return { ...istio("DestinationRule"), ...place("web", at), spec };
  }),
  ...times(1000, (at) => {
    const ports = [{ number: 443, name: "tls", protocol: "TLS" }];
    const spec = { hosts: [`db-${String(at % 900)}.example.com`], resolution: "DNS", exportTo: ["."], ports };
    return { ...istio("ServiceEntry"), ...place("db", at), spec };
  }),
];

/** The control plane that runs there, as far as its version is read. */
const istiod = {
  ...{ apiVersion: "apps/v1", kind: "Deployment" },
  metadata: { name: "istiod", namespace: "istio-system", labels: { app: "istiod", istio: "pilot" } },
  spec: {
    selector: { matchLabels: { app: "istiod" } },
    template: {
      metadata: { labels: { app: "istiod", istio: "pilot" } },
      spec: { containers: [{ name: "discovery", image: "docker.io/istio/pilot:1.27.9", args: ["discovery"] }] },
    },
  },
};

async function setUp(plane: LabControlPlane): Promise<void> {
  const archive = `${chartRoot() ?? ""}/istio-release/charts/base-1.28.10.tgz`;
  const where = ["-n", "istio-system", "--create-namespace", "--kubeconfig", plane.kubeconfig];
  await mustRun(await findHelm(() => undefined), ["install", "istio-base", archive, ...where], { seconds: 120 });
  await plane.kubectl("delete", "validatingwebhookconfigurations", "--all");
  await applyObjects(plane.plane, [istiod]);
  await plane.kubectl("wait", "deploy/istiod", "-n", "istio-system", "--for=condition=Available", "--timeout=60s");
}

/** Creates them with kubectl, which asks for nothing that is there. */
async function fill({ plane, kubeconfig }: LabControlPlane): Promise<void> {
  const names = times(spaces, (at) => ({
    ...{ apiVersion: "v1", kind: "Namespace", metadata: { name: `team-${String(at)}` } },
  }));
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: [...names, ...objects()] });
  const args = ["--kubeconfig", kubeconfig, "create", "--validate=false", "-f", "-"];
  await mustRun(plane.kubectl, args, { seconds: 900, input });
}

/** The whole way to the newest version, every note of it, as a person asks for it. */
async function precheck(
  { kubeconfig }: LabControlPlane,
  env: Readonly<Record<string, string>>,
  finds: boolean,
): Promise<void> {
  const command = [`${repository}/bin/jam-istio.js`, "precheck", "--path"];
  const { code, stdout, stderr } = await run(process.execPath, command, {
    seconds: 300,
    env: { ...process.env, ...env, KUBECONFIG: kubeconfig },
  });
  // 1 and 3: something is to be done before a step.
  if (stderr !== "" || ![0, 1, 3].includes(code)) throw new Error(`precheck ended with ${String(code)}: ${stderr}`);
  if (stdout.includes("28-03") !== finds) throw new Error(`precheck did not read what is there: ${stdout}`);
}

/** Reads and judges a mesh of 5,000 objects, against one of none. */
export async function notesRows(): Promise<readonly Measured[] | string> {
  const binaries = findBinaries("1.34");
  if (typeof binaries === "string") return binaries;
  if (chartRoot() === undefined) return "no charts (npm run charts)";
  const plane = await startControlPlane("1.34");
  try {
    await setUp(plane);
    const once = (finds: boolean) => threeTimes(() => measured((env) => precheck(plane, env, finds)));
    const empty = "precheck to the newest version, no object";
    const rows: Measured[] = [{ what: empty, ...(await once(false)) }];
    await fill(plane);
    const what = "precheck to the newest version, 5,000 objects";
    return [...rows, { what, ...(await once(true)), against: empty, aim: "3 s" }];
  } finally {
    await plane.stop();
  }
}
