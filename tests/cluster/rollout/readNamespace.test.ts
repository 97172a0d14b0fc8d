import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { readNamespace, readOutdated } from "../../../cluster/rollout/readNamespace";
import { dies, list, refusal, useApi, type Answer } from "../../support/apiServer";
import { pod, replicaSet, workload } from "../../mesh/rollout/dataPlaneSupport";

// What is read, and what is done without; what follows from it is in tests/mesh/rollout/outdatedSidecars.test.ts.

const of = (namespace: string) => ({
  pods: `GET /api/v1/namespaces/${namespace}/pods`,
  replicaSets: `GET /apis/apps/v1/namespaces/${namespace}/replicasets`,
  deployments: `GET /apis/apps/v1/namespaces/${namespace}/deployments`,
  statefulSets: `GET /apis/apps/v1/namespaces/${namespace}/statefulsets`,
  daemonSets: `GET /apis/apps/v1/namespaces/${namespace}/daemonsets`,
  v1: `GET /apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
  v1beta1: `GET /apis/policy/v1beta1/namespaces/${namespace}/poddisruptionbudgets`,
});
const { v1, v1beta1, ...required } = of("dev701");
const budget = { metadata: { name: "web" }, spec: { minAvailable: 1 } };
const empty = (namespace: string) => Object.fromEntries(Object.values(of(namespace)).map((path) => [path, list()]));

describe("what a rollout looks at", () => {
  const api = useApi();
  const read = (answers: Readonly<Record<string, Answer>>) => {
    api.answers = answers;
    return readNamespace(api.cluster, "dev701");
  };

  it("is every kind of workload, its pods and its budgets, in one list each", async () => {
    const { object: web } = workload("Deployment", "web");
    const { object: db } = workload("StatefulSet", "db");
    const { object: agent } = workload("DaemonSet", "agent");
    const found = await read({
      [required.pods]: list(pod("web-1")),
      [required.replicaSets]: list(replicaSet("set", "web")),
      [required.deployments]: list(web),
      [required.statefulSets]: list(db),
      [required.daemonSets]: list(agent),
      [v1]: list(budget),
    });
    const named = Object.entries(found).map(([kind, items]: [string, string | readonly (typeof web)[]]) => [
      kind,
      typeof items === "string" ? items : items.map(({ metadata }) => metadata?.name ?? metadata?.uid),
    ]);
    assert.deepEqual(Object.fromEntries(named), {
      namespace: "dev701",
      pods: ["web-1"],
      replicaSets: ["set"],
      deployments: ["web"],
      statefulSets: ["db"],
      daemonSets: ["agent"],
      rollouts: [],
      budgets: ["web"],
    });
    assert.deepEqual([...api.asked].sort(), [v1, ...Object.values(required)].sort());
  });

  it("is empty where the namespace is not there: an API server has lists of it all the same", async () => {
    const none = {
      pods: [],
      replicaSets: [],
      deployments: [],
      statefulSets: [],
      daemonSets: [],
      rollouts: [],
      budgets: [],
    };
    assert.deepEqual(await read(empty("dev701")), { namespace: "dev701", ...none });
  });

  for (const [name, answers, expected] of [
    ["of Kubernetes up to 1.20 are read in its version", { [v1]: 404, [v1beta1]: list(budget) }, [budget]],
    [
      "for every pod are so in the newer version alone",
      { [v1]: 404, [v1beta1]: list({ spec: { selector: {}, minAvailable: 0 } }) },
      [],
    ],
    ["for every pod", { [v1]: list({ spec: { selector: {} } }) }, [{ spec: { selector: {} } }]],
    ["that may not be seen are done without", { [v1]: 403, [v1beta1]: 403 }, []],
    ["that may not be seen in a version that is left are done without", { [v1]: 403, [v1beta1]: 404 }, []],
  ] as const) {
    it(`budgets ${name}`, async () => {
      const { budgets } = await read({ ...empty("dev701"), ...answers });
      assert.deepEqual(budgets, expected);
    });
  }

  describe("Rollouts of Argo", () => {
    const path = "GET /apis/argoproj.io/v1alpha1/namespaces/dev701/rollouts";
    const sets = { [required.replicaSets]: list(replicaSet("rs", "web", "Rollout", "argoproj.io/v1alpha1")) };
    for (const [name, answer, expected] of [
      ["are read where pods come from them", list({ metadata: { name: "web" } }), [{ metadata: { name: "web" } }]],
      ["are none where their kind is gone", 404, []],
      ["are unknown where they may not be seen", 403, undefined],
    ] as const) {
      it(name, async () => {
        assert.deepEqual((await read({ ...empty("dev701"), ...sets, [path]: answer })).rollouts, expected);
      });
    }

    it("are not asked for elsewhere", async () => {
      await read({ ...empty("dev701"), [required.replicaSets]: list(replicaSet("rs", "web")) });
      assert.ok(!api.asked.includes(path));
    });
  });

  describe("revision tags", () => {
    const path = "GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    const tag = {
      metadata: { name: "istio-revision-tag-prod", labels: { "istio.io/tag": "prod", "istio.io/rev": "new" } },
    };
    const tagged = (label: string) =>
      pod("web", { image: "istio/proxyv2:1.29.1", revision: "new", labels: { "istio.io/rev": label } });
    const outdated = async (label: string, answer: Answer) => {
      api.answers = { ...empty("dev701"), [required.pods]: list(tagged(label)), [path]: answer };
      const serving = { revision: "new", timeoutSeconds: 60 };
      const [found] = await readOutdated(api.cluster, { namespaces: ["dev701"], daemonSets: false, serving }, "1.30.3");
      return found?.notRestartable.map((line) => line.slice(0, 46));
    };

    it("are asked for where a pod's label is none of the control plane's", async () => {
      assert.deepEqual(await outdated("prod", list(tag)), ["Pod dev701/web: it has no controller"]);
      assert.deepEqual(await outdated("new", list(tag)), ["Pod dev701/web: it has no controller"]);
      assert.deepEqual(
        api.asked.filter((one) => one.startsWith(path)),
        [`${path}?labelSelector=istio.io/tag`],
      );
    });

    it("that may not be read are named", async () => {
      assert.deepEqual(await outdated("prod", 403), ["Pod dev701/web: its label istio.io/rev is prod"]);
    });
  });

  it("anything else that cannot be read is an error", async () => {
    for (const path of [...Object.values(required), v1]) {
      for (const [answer, reason] of [
        [500, /^HTTP 500$/],
        [dies, /socket hang up/],
      ] as const)
        assert.match(reasonOf(await refusal(read({ ...empty("dev701"), [path]: answer }))), reason, path);
    }
    for (const path of Object.values(required)) {
      const refused = await refusal(read({ ...empty("dev701"), [path]: 403 }));
      assert.equal(reasonOf(refused), "not permitted (HTTP 403)", path);
    }
  });

  it("outdated sidecars are told by namespace, in the order of the settings", async () => {
    const sidecar = (name: string, version: string) => pod(name, { image: `istio/proxyv2:${version}` });
    api.answers = {
      ...empty("b"),
      ...empty("a"),
      [of("b").pods]: list(sidecar("old", "1.29.1"), sidecar("new", "1.30.3")),
    };
    const serving = { revision: "default", timeoutSeconds: 60 };
    assert.deepEqual(
      await readOutdated(api.cluster, { namespaces: ["b", "a"], daemonSets: false, serving }, "1.30.3"),
      [
        {
          proxies: { "1.29.1": 1, "1.30.3": 1 },
          restarts: [],
          notRestartable: ["Pod b/old: it has no controller"],
        },
        { proxies: {}, restarts: [], notRestartable: [] },
      ],
    );
  });
});
