/** The command `mesh faults --off --expired` against a stand-in for the API: that proxies drop what is gone is not seen here. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectionOf } from "../../cluster/faults/faultObjects";
import { list, useApi } from "../support/apiServer";
import { jamIstio } from "../support/command";
import { inFolder } from "../support/tinyCharts";

const kinds = [
  ...["VirtualService", "DestinationRule", "ServiceEntry", "Service"],
  ...["Job", "RoleBinding", "Role", "ServiceAccount"],
];

describe("jam-istio mesh faults --off --expired", () => {
  const api = useApi();
  const run = (...args: readonly string[]) =>
    inFolder((folder) => {
      writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
      const kubernetes = `jam-istio:kubernetes: {kubeconfig: ${api.kubeconfig}}`;
      const text = `config: {jam-istio:istio: {version: "1.30.3"}, ${kubernetes}}\n`;
      writeFileSync(join(folder, "Pulumi.dev701.yaml"), text);
      return jamIstio(["mesh", "faults", "dev701", ...args], {}, folder);
    });

  it("removes what is past its end, and leaves the rest and what that leads to", async () => {
    const item = (name: string, end: string) => ({
      metadata: { name, namespace: "dev701", annotations: { "jam-istio/drill": "d", "jam-istio/end": end } },
    });
    const [past, later] = ["fault-service-ct-webapp-01234567", "fault-service-memcached-89abcdef"];
    const own = collectionOf("VirtualService", "dev701");
    const services = collectionOf("Service", "dev701");
    api.answers = {
      ...Object.fromEntries(kinds.map((kind) => [`GET ${collectionOf(kind, "dev701")}`, list()])),
      [`GET ${own}`]: list(item(past, "2020-01-01T00:00:00Z"), item(later, "2099-01-01T00:00:00Z")),
      [`GET ${services}`]: list(item("fake-service", "2020-01-01T00:00:00Z")),
      [`GET ${own}/${past}`]: { metadata: { name: past, labels: { "jam-istio/fault": "active" } } },
      [`DELETE ${own}/${past}`]: {},
      "GET /apis/apps/v1/namespaces/istio-system/deployments": 403,
      "GET /api/v1/namespaces/dev701/pods": list(),
    };
    const { code, stdout, stderr } = await run("--off", "--expired");
    assert.equal(code, 0, stdout + stderr);
    assert.match(
      stdout,
      /^stack dev701: 1 hosts are without their expired faults again; 1 hosts have faults whose time is not over\n/,
    );
    const deleted = api.asked.filter((one) => one.startsWith("DELETE "));
    assert.deepEqual(
      deleted.map((one) => one.split("?")[0]),
      [`DELETE ${own}/${past}`],
    );
    // Nothing is remembered as ended by hand.
    assert.ok(!api.asked.some((one) => one.includes("/configmaps")), api.asked.join("\n"));
  });

  it("goes with --off alone", async () => {
    for (const args of [["--expired"], ["--off", "--all", "--expired"]]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 1);
      assert.match(stderr, /error: --expired goes with --off alone/);
    }
  });
});
