import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { connect } from "../../cluster/client/kubernetesClient";
import { preflight } from "../../cluster/rollout/preflight";
import { readMetrics } from "../../cluster/upgrade/pilots";
import { findTraffic } from "../../lab/traffic";
import { proxyContainer } from "../../mesh/istio/pods";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { chartRoot, describeOnLab } from "./support/engine";
import { apply, useLab } from "./support/lab";
import { until } from "./support/until";

// A real istiod injects in the stand-in's place. The charts are those of its version.

const { istiod } = findTraffic();
// As a person names it to the lab.
if (istiod !== undefined) process.env["JAM_ISTIO_LAB_ISTIOD"] = istiod;

/** Release of the mirror's charts for a program that calls itself 1.31.0-20260827: 1.31.0-rc.0; 1.28.10 for 1.28.10. */
async function chartVersion(): Promise<string> {
  const said = await mustRun(istiod ?? "", ["version", "--short"], { seconds: 20 });
  const version = /\d+\.\d+\.\d+/.exec(said)?.[0] ?? "";
  const files = readdirSync(`${chartRoot() ?? ""}/istio-release/charts`);
  const file = files.find((name) => name.startsWith(`istiod-${version}`)) ?? assert.fail(`no charts of ${version}`);
  return file.slice("istiod-".length, -".tgz".length);
}

if (istiod === undefined) {
  describe("a real istiod in the lab", () => {
    it("pending: no istiod (npm run lab -- build traffic, or JAM_ISTIO_LAB_ISTIOD)");
  });
} else {
  describeOnLab("1.34", "a real istiod in the lab", () => {
    const lab = useLab("1.34");
    const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
    let version = "";

    before(async () => {
      version = await chartVersion();
      const helm = await findHelm(() => undefined);
      for (const [name, chart] of [
        ["istio-base", "base"],
        ["istiod", "istiod"],
      ] as const) {
        const path = `${chartRoot() ?? ""}/istio-release/charts/${chart}-${version}.tgz`;
        const args = ["install", name, path, "-n", "istio-system", "--create-namespace", "--wait"];
        await mustRun(helm, [...args, "--kubeconfig", lab().plane.kubeconfig], { seconds: 900 });
      }
      const metadata = { name: "app", labels: { "istio-injection": "enabled" } };
      await apply(lab(), { apiVersion: "v1", kind: "Namespace", metadata });
    });

    it("injects its own template", async () => {
      await until("a pod", () => kubectl("-n", "app", "run", "web", "--image", "nginx").then(() => true));
      const pod = JSON.parse(await kubectl("-n", "app", "get", "pod", "web", "-o", "json")) as V1Pod;
      // As a container: the simulated node's kubelet has no version, so this istiod takes no sidecar for native there.
      assert.ok(proxyContainer(pod)?.image?.endsWith(`/proxyv2:${version}`));
      assert.match(
        pod.metadata?.annotations?.["sidecar.istio.io/status"] ?? "",
        /istio-envoy/,
        "the stand-in's has no volumes",
      );
    });

    it("its own metrics are read, and its dry run names the sidecar, as before a rollout", async () => {
      const cluster = await connect({ kubeconfig: lab().plane.kubeconfig });
      assert.deepEqual(await readMetrics(cluster, "default"), { rejections: 0, connected: 0 });
      const asked = {
        revision: "default",
        version: version.split("-")[0] ?? "",
        namespace: "app",
        judgeRejections: true,
        expected: 0,
      };
      const said: string[] = [];
      const log = (line: string) => said.push(line);
      assert.deepEqual([await preflight(cluster, { ...asked, log }), said], [undefined, []]);
    });

    it("its validation refuses what the API server admits", async () => {
      const wrong = {
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "VirtualService",
        metadata: { name: "wrong", namespace: "app" },
        spec: {
          hosts: ["web"],
          http: [
            {
              fault: { abort: { httpStatus: 42, percentage: { value: 100 } } },
              route: [{ destination: { host: "web" } }],
            },
          ],
        },
      };
      const file = `${lab().plane.kubeconfig}-wrong.json`;
      await mustRun("sh", ["-c", `cat > ${file}`], { seconds: 10, input: JSON.stringify(wrong) });
      await until("refused", async () => {
        const text = await kubectl("apply", "--dry-run=server", "-f", file).catch((error: unknown) => String(error));
        return /denied the request/.test(text);
      });
      await assert.rejects(kubectl("apply", "--dry-run=server", "-f", file), /denied the request.*status/);
    });
  });
}
