import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { readLevels } from "../../cluster/proxyLog/proxyLevels";
import { markOf } from "../../mesh/proxyLog/mark";
import { ApiRelay } from "../e2e/support/apiRelay";
import { until } from "../e2e/support/until";
import { Project, type CommandEnd } from "./support/project";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic } from "./support/suite";
import { at } from "./support/world";
import { service } from "./support/worldObjects";

// Every command that asks a pod, ended in the middle in every way: what runs in the pod, which pods there are and what the proxy logs are
// then as before. The ways that the suites proxyLog and capture have of their own are not here again.

interface Case {
  readonly args: (pod: string, file: string) => readonly string[];
  /** Whether the proxy is held up, so that the command waits for it. */
  readonly holds?: boolean;
  /** Whether it is in the middle. */
  readonly begun: (pod: Sidecar, file: string) => Promise<boolean>;
  /** What a person reads, by way. Ended by a signal that it does not take, it says nothing. */
  readonly says: Readonly<Record<"signal" | "cut" | "deleted", readonly [code: number | null, stderr: RegExp]>>;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const;
type Way = (typeof signals)[number] | "cut" | "deleted";

describeTraffic(
  "commands that end in the middle",
  (world) => {
    let cluster: Cluster;
    let relay: ApiRelay;
    let project: Project;
    let ps: Sidecar;
    let files = 0;
    /** When a connection that was cut is there again. */
    let mended = Promise.resolve();
    const podOf = (name: string) => cluster.core.readNamespacedPod({ namespace: "dev701", name });
    const logged = async ({ pod }: Sidecar) => {
      const object = await podOf(pod);
      return { levels: await readLevels(cluster, object), mark: markOf(object) };
    };
    const pods = () => world().plane.kubectl("get", "pods", "--all-namespaces", "-o", "name");
    const runs = (line: RegExp) => async (pod: Sidecar) => (await pod.processes()).some((one) => line.test(one));
    const isAsked = () => Promise.resolve(world().kubelet.serving > 0);
    const newFile = () => join(world().folder, `interrupted-${String(files++)}.pcap`);

    const quiet = [null, /^$/] as const;
    const gone = (what: string) =>
      [1, new RegExp(`^error: ${what}: pod dev701/app-\\d+ is (gone|being deleted)\\n$`)] as const;
    const cases: Readonly<Record<string, Case>> = {
      why: {
        args: (pod) => ["why", pod, "http://late/"],
        begun: runs(/talk late/),
        says: {
          signal: quiet,
          cut: [1, /^error: the request cannot be looked into: .+\n$/],
          deleted: gone("the request cannot be looked into"),
        },
      },
      "proxy-config": {
        args: (pod) => ["proxy-config", pod, "routes"],
        holds: true,
        begun: isAsked,
        says: {
          signal: quiet,
          cut: [1, /^error: the proxy cannot be read: .+\n$/],
          deleted: gone("the proxy cannot be read"),
        },
      },
      "diff-config": {
        args: (pod) => ["diff-config", pod],
        holds: true,
        begun: isAsked,
        says: {
          signal: quiet,
          cut: [1, /^error: the two cannot be compared: .+\n$/],
          deleted: gone("the two cannot be compared"),
        },
      },
      "proxy-log": {
        args: (pod) => ["proxy-log", pod, "--logger", "http,router"],
        begun: async (pod) => (await logged(pod)).levels["router"] === "debug",
        says: {
          signal: [0, /: stopped by hand; its levels are as before\n$/],
          cut: [1, /: broke off: .+; its levels are as before\n$/],
          deleted: [0, /^app-\d+: the pod is gone, and its levels with it\n$/],
        },
      },
      capture: {
        args: (pod, file) => ["capture", pod, "-i", "lo", "-o", file, "--for", "40s"],
        begun: (_, file) => Promise.resolve(existsSync(file) && statSync(file).size > 0),
        says: {
          signal: [0, /packets in .*, stopped by hand\n$/],
          cut: [1, /packets in .*; it broke off: .+\n$/],
          deleted: [1, /packets in .*; it broke off: pod dev701\/app-\d+ is (gone|being deleted)\n$/],
        },
      },
    };
    /** What other suites have: proxyLog all signals and the killed run, capture SIGINT, SIGHUP and SIGKILL. */
    const elsewhere: Readonly<Record<string, readonly Way[]>> = {
      "proxy-log": [...signals, "deleted"],
      capture: ["SIGINT", "SIGHUP", "SIGKILL"],
    };

    /** Ends a run in a way; a cut connection is there again a moment later. */
    async function endIt(way: Way, pod: Sidecar, child: { kill: (signal: NodeJS.Signals) => boolean }): Promise<void> {
      if (way === "deleted")
        await cluster.core.deleteNamespacedPod({ namespace: "dev701", name: pod.pod, gracePeriodSeconds: 1 });
      else if (way === "cut") {
        relay.cut();
        mended = sleep(3000).then(() => {
          relay.mend();
        });
      } else child.kill(way);
    }

    before(async () => {
      // Its answer takes longer than a command takes to be ended.
      const delay = { fixedDelay: "30s", percentage: { value: 100 } };
      const route = [{ destination: { host: "late" } }];
      await world().apply(...service("dev701", "late", at.webapp, [{ name: "http-web", port: 80, target: 8080 }]), {
        ...{ apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
        metadata: { name: "late", namespace: "dev701" },
        spec: { hosts: ["late"], http: [{ fault: { delay }, route }] },
      });
      ps = await world().sidecar({ app: "ps" });
      cluster = await connect({ kubeconfig: world().plane.kubeconfig });
      relay = await ApiRelay.start(world().plane.kubeconfig, world().folder);
      project = new Project({
        kubernetes: { kubeconfig: relay.kubeconfig },
        istio: { version: "1.28.9", controlPlane: "shared" },
      });
      // The container in which captures run stays, and is there from the first one on.
      await project.run("capture", ps.pod, "--for", "1s", "-o", newFile(), "--stack", "dev701");
    });
    after(() => {
      relay.stop();
      project.remove();
    });

    for (const [name, { args, holds = false, begun, says }] of Object.entries(cases))
      for (const way of [...signals, "cut", "deleted"] as const) {
        if (elsewhere[name]?.includes(way) === true) continue;
        it(`${name}, ${way}: nothing is left`, async () => {
          const pod = way === "deleted" ? await world().sidecar({ app: "short" }) : ps;
          const [processes, there] = [await pod.processes(), await pods()];
          const before = holds || way === "deleted" ? undefined : await logged(pod);
          await until("what the last one asked has ended", async () => !(await isAsked()));
          pod.hold(holds);
          const file = newFile();
          const { child, end } = project.start(...args(pod.pod, file), "--stack", "dev701");
          const early = { ended: false };
          void end.then(() => (early.ended = true));
          await until("it is in the middle", async () => early.ended || (await begun(pod, file)));
          await endIt(way, pod, child);
          const ended: CommandEnd = await end;
          await mended;
          pod.hold(false);
          const [code, stderr] = says[way === "cut" || way === "deleted" ? way : "signal"];
          assert.equal(ended.code, way === "SIGKILL" ? null : code, ended.stderr);
          if (way !== "SIGKILL") assert.match(ended.stderr, stderr);
          assert.doesNotMatch(ended.stderr, /\n {4}at |internal error/);
          await until("no process is left in the pod", async () => {
            const left = await pod.processes();
            return left.every((line) => processes.includes(line));
          });
          const others = (text: string) =>
            text
              .split("\n")
              .filter((line) => line !== `pod/${pod.pod}`)
              .join();
          await until("the pods are as before", async () => others(await pods()) === others(there));
          if (before !== undefined) assert.deepEqual(await logged(pod), before);
        });
      }

    it("proxy-log, cut off for good: it says that levels are raised, and --reset puts them back", async () => {
      const before = await logged(ps);
      const { end } = project.start(...(cases["proxy-log"]?.args(ps.pod, "") ?? []), "--stack", "dev701");
      await until("the levels are raised", async () => (await logged(ps)).levels["router"] === "debug");
      relay.cut();
      const { code, stderr } = await end;
      assert.equal(code, 3, stderr);
      assert.match(
        stderr,
        /ITS LEVELS ARE STILL RAISED \(.+\)\. Put them back: npx jam-istio proxy-log --reset --stack dev701 app-/,
      );
      assert.notEqual((await logged(ps)).mark, undefined);
      relay.mend();
      const reset = await project.run("proxy-log", "--reset", "--stack", "dev701", ps.pod);
      assert.deepEqual([reset.code, reset.stderr], [0, `${ps.pod}: its levels are as before\n`]);
      assert.deepEqual(await logged(ps), before);
    });

    it("capture, stopped before its container runs: it says so, and writes no file", async () => {
      const other = await world().sidecar({ app: "slow" });
      const file = newFile();
      const { child, end, printed } = project.start(
        ...["capture", other.pod, "--image", "slow-image:1", "-o", file, "--stack", "dev701"],
      );
      await until(
        "its container is asked for",
        async () => ((await podOf(other.pod)).spec?.ephemeralContainers ?? []).length > 0,
      );
      child.kill("SIGINT");
      const { code, stderr } = await end;
      assert.equal(code, 1, printed());
      assert.match(
        stderr,
        /error: nothing was captured: stopped by hand\. The ephemeral container jam-capture stays in the pod\n$/,
      );
    });
  },
  ["tcpdump"],
);
