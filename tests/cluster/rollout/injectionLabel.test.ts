import assert from "node:assert/strict";
import { provider } from "../../../components/gates/providers/sidecarRollout";
import { onceSettled } from "../../../cluster/rollout/injectionLabel";
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

  const patch = (value: string | null) =>
    `PATCH ${path} ${JSON.stringify({ metadata: { labels: { "istio-injection": value } } })}`;
  let said: string[] = [];
  const settled = (ask: () => Promise<string | undefined>) => {
    said = [];
    return onceSettled(api.cluster, { name: "dev701", revision: "new", log: (line) => said.push(line) }, ask);
  };
  const removed = "namespace dev701: label istio-injection=enabled removed, which won over istio.io/rev";

  it("is removed, whoever wrote it, before the control plane is asked, and stays away where that is fit", async () => {
    api.answers = { [`GET ${path}`]: both, [`PATCH ${path}`]: {} };
    const ask = () => {
      assert.equal(api.asked.at(-1), patch(null));
      return Promise.resolve(undefined);
    };
    assert.equal(await settled(ask), undefined);
    assert.deepEqual([said, api.asked], [[removed], [`GET ${path}`, patch(null)]]);
    api.asked.length = 0;
    api.answers = { [`GET ${path}`]: labelled({ "istio.io/rev": "new" }) };
    assert.equal(await settled(() => Promise.resolve("down")), "down");
    assert.deepEqual([said, api.asked], [[], [`GET ${path}`]]);
  });

  it("comes back where the control plane is not fit, or cannot be asked", async () => {
    api.answers = { [`GET ${path}`]: both, [`PATCH ${path}`]: {} };
    const back = "namespace dev701: label istio-injection=enabled put back, as the control plane is not fit";
    assert.equal(await settled(() => Promise.resolve("down")), "down");
    assert.deepEqual([said, api.asked.at(-1)], [[removed, back], patch("enabled")]);
    await assert.rejects(
      settled(() => Promise.reject(new Error("no answer"))),
      /^Error: no answer$/,
    );
    assert.deepEqual([said, api.asked.at(-1)], [[removed, back], patch("enabled")]);
  });

  it("that cannot be put back is named with the way to do it by hand", async () => {
    api.answers = { [`GET ${path}`]: both, [`PATCH ${path}`]: {} };
    const ask = () => {
      api.answers = { [`PATCH ${path}`]: 403 };
      return Promise.resolve("down");
    };
    assert.equal(await settled(ask), "down");
    assert.equal(
      said.at(-1),
      "namespace dev701: label istio-injection=enabled could not be put back (not permitted (HTTP 403)); by hand: " +
        "kubectl label namespace dev701 istio-injection=enabled",
    );
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
