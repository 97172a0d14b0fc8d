import assert from "node:assert/strict";
import { provider } from "../../../components/gates/providers/sidecarRollout";
import { settleInjection } from "../../../cluster/rollout/injectionLabel";
import { overridden } from "../../../mesh/rollout/injectionLabel";
import { list, useApi } from "../../support/apiServer";
import { paths, selector } from "../support/objects";

describe("a label istio-injection beside istio.io/rev", () => {
  const api = useApi();
  const path = "/api/v1/namespaces/dev701";
  const labelled = (labels: Record<string, string>) => ({ metadata: { name: "dev701", labels } });
  const both = labelled({ "istio-injection": "enabled", "istio.io/rev": "new" });

  it("takes the namespace away from its revision, whatever its value; alone, or of another revision, it is as it should be", () => {
    assert.equal(overridden({ "istio-injection": "disabled", "istio.io/rev": "new" }, "new"), "disabled");
    assert.equal(overridden({ "istio-injection": "enabled" }, "new"), undefined);
    assert.equal(overridden({ "istio.io/rev": "new" }, "new"), undefined);
    assert.equal(overridden({ "istio-injection": "enabled", "istio.io/rev": "old" }, "default"), undefined);
    assert.equal(overridden(undefined, "new"), undefined);
  });

  it("is removed, whoever wrote it", async () => {
    api.answers = { [`GET ${path}`]: both, [`PATCH ${path}`]: {} };
    const said = "namespace dev701: label istio-injection=enabled removed, which won over istio.io/rev";
    assert.equal(await settleInjection(api.cluster, "dev701", "new"), said);
    assert.equal(api.asked.at(-1), `PATCH ${path} {"metadata":{"labels":{"istio-injection":null}}}`);
    api.asked.length = 0;
    api.answers = { [`GET ${path}`]: labelled({ "istio.io/rev": "new" }) };
    assert.equal(await settleInjection(api.cluster, "dev701", "new"), undefined);
    assert.deepEqual(api.asked, [`GET ${path}`]);
  });

  it("is a change of the rollout", async () => {
    const system = paths.pods("istio-system");
    api.answers = {
      [`GET ${path}`]: both,
      [`GET ${paths.deployments("istio-system")}${selector}`]: list(),
      [`GET ${system}${selector}`]: list(),
    };
    const serving = { revision: "new", timeoutSeconds: 60 };
    const inputs = {
      kubernetes: { kubeconfig: api.kubeconfig },
      serving,
      injected: "dev701",
      namespaces: [],
      enabled: true,
    };
    const checked = await provider.check?.({}, inputs);
    const { overridden: is } = (checked?.inputs ?? {}) as { readonly overridden?: boolean };
    const { changes } = (await provider.diff?.("rollout", inputs, checked?.inputs)) ?? {};
    assert.deepEqual([is, changes], [true, true]);
  });
});
