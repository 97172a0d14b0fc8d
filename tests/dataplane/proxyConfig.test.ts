import assert from "node:assert/strict";
import { until } from "../e2e/support/until";
import { useCommands } from "./support/commands";
import { describeTraffic } from "./support/suite";

// What the commands show of a real proxy, and of the real istiod that it gets its configuration from.

describeTraffic("proxy-config and diff-config", (world) => {
  const { ps, project, answers } = useCommands(world);
  const run = (...args: readonly string[]) => project().run(...args, "--stack", "dev701");

  it("routes: those of a host, with the fault and its object", async () => {
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await answers("503");
    const { code, stdout } = await run("proxy-config", ps().pod, "routes", "--host", "ct-webapp");
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /^80 +ct-webapp\.dev701\.svc\.cluster\.local +\/\* +outbound\|80\|\|ct-webapp\S+ +answers 503 for 100 % +VirtualService dev701\/fault-service-ct-webapp-0000abcd$/m,
    );
    assert.match(stdout, /^1 of them with a fault$/m);
    await world().takeOut();
    await answers("200");
  });

  it("each part is shown, as a table and as JSON", async () => {
    for (const part of ["clusters", "listeners", "endpoints", "bootstrap"]) {
      const { code, stdout } = await run("proxy-config", ps().pod, part, "--json");
      const { rows } = JSON.parse(stdout) as { readonly rows: readonly object[] };
      assert.equal(code, 0);
      assert.ok(rows.length > 3, part);
    }
  });

  it("diff-config: none once the proxy has everything; without its control plane it cannot be told", async () => {
    await until("the proxy has everything", async () => (await run("diff-config", ps().pod)).code === 0);
    world().istiod.kill();
    const { code, stderr } = await run("diff-config", ps().pod);
    await world().istiod.start();
    assert.equal(code, 1);
    assert.match(stderr, /^error: the two cannot be compared: no control plane knows the proxy of pod dev701\/app-/);
  });

  it("a pod that is not there, or a part that is none, is refused with what there is", async () => {
    const pod = await run("proxy-config", "nobody", "routes");
    assert.match(
      pod.stderr,
      /^error: there is no pod nobody in namespace dev701, whose proxy could be asked\. Pods that have one: app-/,
    );
    const part = await run("proxy-config", ps().pod, "rules");
    assert.match(part.stderr, /Allowed: clusters, routes, listeners, endpoints, certs, bootstrap/);
  });
});
