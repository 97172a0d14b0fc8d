import assert from "node:assert/strict";
import { join } from "node:path";
import { operatorKubeconfig } from "../e2e/support/rights";
import { until } from "../e2e/support/until";
import { Project } from "./support/project";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic } from "./support/suite";

// Who has the Roles of docs/troubleshooting.md and nothing else can use the commands that ask a proxy.

describeTraffic(
  "the rights that are documented",
  (world) => {
    let ps: Sidecar;
    let project: Project;
    const run = (...args: readonly string[]) => project.run(...args, "--stack", "dev701");

    before(async () => {
      ps = await world().sidecar({ app: "ps" });
      project = new Project({
        kubernetes: { kubeconfig: await operatorKubeconfig(world().plane) },
        istio: { version: "1.28.9", controlPlane: "shared" },
      });
      await until("the mesh is up", async () => (await run("why", ps.pod, "http://ct-webapp/")).code === 0);
      // What istiod has just sent differs until the proxy has taken it.
      await until("the proxy has all", async () => (await run("diff-config", ps.pod)).code === 0);
    });
    after(() => {
      project.remove();
    });

    it("are enough for why, proxy-config, diff-config, proxy-log and capture", async () => {
      for (const args of [
        ["why", ps.pod, "http://ct-webapp/"],
        ["proxy-config", ps.pod, "routes"],
        ["diff-config", ps.pod],
        ["proxy-log", ps.pod, "--for", "1s"],
        ["capture", ps.pod, "--for", "10s", "-o", join(world().folder, "rights.pcap")],
      ]) {
        const { code, stderr } = await run(...args);
        assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
        assert.doesNotMatch(stderr, /permitted/);
      }
      const { stdout } = await run("why", ps.pod, "http://ct-webapp/");
      assert.doesNotMatch(stdout, /not permitted/);
    });
  },
  ["tcpdump"],
);
