import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane, type LabControlPlane } from "../../lab/controlPlane";
import { applyObjects } from "../../lab/planeFile";
import { findHelm } from "../../tools/helm";
import { mustRun, run } from "../../tools/run";
import { chartRoot, missingFor, repository } from "../e2e/support/engine";
import { caller, service, virtualService } from "../e2e/support/callers";
import { measured, threeTimes, type Measured } from "./measured";

const version = "1.30.3";
const namespace = "dev701";
/** Deployments of two pods each, with a Service; of the rest as many as make 500 objects. */
const [workloads, entries] = [50, 400];

const serviceEntry = (at: number) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name: `outside-${String(at)}`, namespace },
  spec: {
    hosts: [`host-${String(at)}.example.com`],
    ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    resolution: "DNS",
    exportTo: ["."],
  },
});

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

/** A control plane, 100 pods with sidecars and 500 objects. */
async function fill(plane: LabControlPlane): Promise<void> {
  const helm = await findHelm(() => undefined);
  const place = ["-n", "istio-system", "--create-namespace", "--kubeconfig", plane.kubeconfig];
  for (const chart of ["base", "istiod"]) {
    const archive = `${chartRoot() ?? ""}/istio-release/charts/${chart}-${version}.tgz`;
    const values = ["--set", "global.hub=docker.io/istio", "--wait"];
    await mustRun(helm, ["install", chart, archive, ...place, ...values], { seconds: 180 });
  }
  const labels = { "istio-injection": "enabled" };
  await applyObjects(plane.plane, [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } }]);
  await applyObjects(plane.plane, [
    ...numbers(entries).map(serviceEntry),
    ...numbers(workloads).flatMap((at) => [
      service(`web-${String(at)}`, { "http-web": 8080 }),
      caller(`web-${String(at)}`),
      virtualService(`web-${String(at)}`, {
        hosts: [`web-${String(at)}`],
        http: [{ route: [{ destination: { host: `web-${String(at)}` } }] }],
      }),
    ]),
  ]);
  const running = async () =>
    (await plane.kubectl("get", "pods", "-n", namespace, "--field-selector", "status.phase=Running", "-o", "name"))
      .trim()
      .split("\n").length;
  while ((await running()) < 2 * workloads) await sleep(500);
}

const kinds = [
  ...["pods", "services", "namespaces", "configmaps", "deployments.apps"],
  ...["virtualservices", "destinationrules", "serviceentries", "gateways", "sidecars", "envoyfilters"].map(
    (kind) => `${kind}.networking.istio.io`,
  ),
].join(",");

/**
 * What a person waits for at night, beside kubectl that lists the same. The lab's sidecars do not answer: each is asked, and says
 * no.
 */
export async function operateRows(): Promise<readonly Measured[] | string> {
  const reason = missingFor("1.34");
  if (reason !== undefined) return reason;
  const plane = await startControlPlane("1.34");
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-bench-"));
  try {
    await fill(plane);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    const config = { "jam-istio:istio": { version }, "jam-istio:kubernetes": { kubeconfig: plane.kubeconfig } };
    writeFileSync(join(folder, `Pulumi.${namespace}.yaml`), JSON.stringify({ config }));
    const bin = join(repository, "bin", "jam-istio.js");
    const timed = (program: string, args: readonly string[]) =>
      threeTimes(() =>
        // What they find decides their exit codes.
        measured((env) => run(program, args, { seconds: 120, cwd: folder, env: { ...process.env, ...env } })),
      );
    const list = "kubectl, which lists the same kinds";
    const { seconds, spread = 0 } = await timed("sh", [
      "-c",
      `"${plane.plane.kubectl}" --kubeconfig "${plane.kubeconfig}" get ${kinds} -A -o json >/dev/null; node -e ""`,
    ]);
    const ours = async (what: string, aim: string, ...args: readonly string[]): Promise<Measured> => ({
      what: `${what}, 100 pods and 500 objects`,
      ...(await timed(process.execPath, [bin, ...args])),
      against: list,
      aim,
    });
    return [
      { what: list, seconds, spread },
      await ours("mesh status", "1.5 s", "mesh", "status", namespace),
      await ours("doctor", "1.5 s, at most 3 s", "doctor", namespace),
    ];
  } finally {
    await plane.stop();
    rmSync(folder, { recursive: true });
  }
}
