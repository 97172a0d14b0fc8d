import assert from "node:assert/strict";
import { reasonOf } from "../../cluster/client/errors";
import { readStatus } from "../../cluster/meshStatus";
import { closingRegistries } from "../../mesh/istio/releases";
import { meshPlan } from "../../mesh/meshPlan";
import { dies, list, refusal, useApi, type Answer } from "../support/apiServer";
import { settingsOf, type Sections } from "../support/settings";
import { pod as runningPod, replicaSet, workload } from "../mesh/rollout/dataPlaneSupport";
import { useClock } from "./support/clock";
import { chartOf, helmSecret, paths, planeDeployment, planePod, selector } from "./support/objects";

// What the status is put together from, against a stand-in for the API server. What a person sees of it, on a real one, is in
// tests/e2e/command.test.ts.

const lists = (namespace: string) => ({
  pods: `GET ${paths.pods(namespace)}`,
  replicaSets: `GET /apis/apps/v1/namespaces/${namespace}/replicasets`,
  deployments: `GET ${paths.deployments(namespace)}`,
  statefulSets: `GET /apis/apps/v1/namespaces/${namespace}/statefulsets`,
  daemonSets: `GET /apis/apps/v1/namespaces/${namespace}/daemonsets`,
  budgets: `GET /apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
});
const [system, own] = [lists("istio-system"), lists("dev701")];
const planes = `${system.deployments}${selector}`;
const secrets = `GET ${paths.secrets}`;
const crds = "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const namespaces = (name: string) => `GET /api/v1/namespaces/${name}`;

const deployed = (release: string, manifest = "") =>
  helmSecret(1, { release, status: "deployed", chart: chartOf("1.30.3"), manifest, description: "jam-istio/dev701" });
const records = ["istio-base", "istiod", "kiali-server"].map((release) => deployed(release));
const well: Readonly<Record<string, Answer>> = {
  "GET /version": { major: "1", minor: "34", gitVersion: "v1.34.0" },
  [secrets]: list(...records),
  [system.deployments]: list(planeDeployment("istiod", "1.30.3")),
  [system.pods]: list(planePod("a", "1.30.3")),
  [system.daemonSets]: list(),
  [crds]: list(),
  ...Object.fromEntries(
    ["kube-system", "istio-system", "dev701"].map((name) => [namespaces(name), { metadata: { name } }]),
  ),
  ...Object.fromEntries(Object.values(own).map((path) => [path, list()])),
};

describe("what runs of a stack's mesh", () => {
  const api = useApi();
  const read = (answers: Readonly<Record<string, Answer>> = {}, sections: Sections = {}) => {
    api.answers = { ...well, ...answers };
    return readStatus(api.cluster, meshPlan(settingsOf({ istio: { version: "1.30.3" }, ...sections })));
  };
  const plane = { revision: "default", name: "istiod", declared: "1.30.3", ready: ["1.30.3"] };
  const usual = {
    stack: "dev701",
    wanted: "1.30.3",
    controlPlanes: [plane],
    dataPlane: { controlPlane: "1.30.3", proxies: {}, text: "data plane version: no proxies" },
    outdated: [],
    left: [],
    missing: [],
    missingOfOthers: [],
    unfinished: [],
    closingImages: [],
  };

  it("is told where all is well, and nothing is changed", async () => {
    assert.deepEqual(await read(), usual);
    assert.deepEqual(
      api.asked.filter((one) => !one.startsWith("GET ")),
      [],
    );
    assert.ok(api.asked.includes(planes));
  });

  it("is told where nothing is installed", async () => {
    const nothing = { [secrets]: list(), [system.deployments]: list(), [system.pods]: list(), [crds]: 404 };
    assert.deepEqual(await read({ ...nothing, [namespaces("dev701")]: 404, [namespaces("istio-system")]: 404 }), {
      ...usual,
      controlPlanes: [],
      dataPlane: { ...usual.dataPlane, controlPlane: "none" },
      unfinished: ["istio-base", "istiod", "kiali-server"].map((name) => `release ${name} is not installed`),
    });
  });

  it("is told where an update stopped halfway, with what up would do", async () => {
    const sidecar = (name: string, version: string, owner?: readonly [string, string]) =>
      runningPod(name, { image: `istio/proxyv2:${version}`, ...(owner === undefined ? {} : { owner }) });
    const manifest = "kind: Deployment\nmetadata:\n  name: istiod\n---\nkind: Deployment\nmetadata:\n  name: lost\n";
    const broken = helmSecret(2, { status: "pending-upgrade", payload: "broken" });
    const found = await read({
      [secrets]: list(deployed("istio-base"), deployed("istiod", manifest), broken),
      [system.pods]: list(planePod("a", "1.30.3"), planePod("b", "1.29.1")),
      [own.deployments]: list(workload("Deployment", "web").object),
      [own.replicaSets]: list(replicaSet("set", "web")),
      [own.pods]: list(
        sidecar("web-1", "1.29.1", ["ReplicaSet", "set"]),
        sidecar("web-2", "1.30.3", ["ReplicaSet", "set"]),
        sidecar("bare", "1.29.1"),
      ),
    });
    assert.deepEqual(found, {
      ...usual,
      controlPlanes: [{ ...plane, ready: ["1.29.1", "1.30.3"] }],
      dataPlane: {
        controlPlane: "1.29.1 and 1.30.3",
        proxies: { "1.29.1": 2, "1.30.3": 1 },
        text: "data plane version: 1.29.1 (2 proxies), 1.30.3 (1 proxies)",
      },
      outdated: ["Deployment dev701/web"],
      left: ["Pod dev701/bare: it has no controller"],
      missing: ["Deployment lost is gone"],
      unfinished: ["release istiod is pending-upgrade", "release kiali-server is not installed"],
    });
  });

  it("names what others' releases lack as theirs, a release of that name by another stack too, and promises nothing", async () => {
    const lost = (name: string) => `kind: Deployment\nmetadata:\n  name: ${name}\n`;
    const of = (release: string, description: string) =>
      helmSecret(1, { release, status: "deployed", manifest: lost(`${release}-lost`), description });
    const found = await read({
      [secrets]: list(
        deployed("istiod"),
        of("grafana", "Install complete"),
        of("istio-base", "jam-istio/dev70"),
        deployed("kiali-server"),
      ),
    });
    assert.deepEqual(found, {
      ...usual,
      missingOfOthers: [
        "release grafana: Deployment grafana-lost is gone",
        "release istio-base: Deployment istio-base-lost is gone",
      ],
    });
  });

  it("tells images whose registry is switched off, with the remedy", async () => {
    const image = `${closingRegistries[0]}/proxyv2:1.30.3`;
    const { closingImages } = await read({ [own.pods]: list(runningPod("web-1", { image })) });
    assert.equal(closingImages.length, 1);
    assert.match(
      closingImages[0] ?? "",
      /^1 pod of namespace dev701 run .*To move: run up, then restart what still has it/,
    );
  });

  it("of a stack that shares a control plane is told without rights to Helm's records, and follows what runs", async () => {
    const shared = { istio: { version: "1.30.3", controlPlane: "shared" } };
    const answers = {
      [secrets]: 403,
      [crds]: 403,
      [system.daemonSets]: 403,
      [system.pods]: list(planePod("a", "1.29.1")),
    };
    const sidecars = { [own.pods]: list(runningPod("web-1", { image: "istio/proxyv2:1.29.1" })) };
    assert.deepEqual(await read({ ...answers, ...sidecars }, shared), {
      ...usual,
      controlPlanes: [{ ...plane, ready: ["1.29.1"] }],
      dataPlane: {
        controlPlane: "1.29.1",
        proxies: { "1.29.1": 1 },
        text: "data plane version: 1.29.1 (1 proxies)",
      },
    });
  });

  for (const [name, asked, answer, reason] of [
    ["Helm's records may not be seen", secrets, 403, /^not permitted \(HTTP 403\)$/],
    ["the instance's pods may not be seen", own.pods, 403, /^not permitted \(HTTP 403\)$/],
    ["the version cannot be had", "GET /version", 500, /^HTTP 500$/],
    ["the server dies", own.deployments, dies, /socket hang up/],
  ] as const) {
    it(`is not told where ${name}`, async () => {
      assert.match(reasonOf(await refusal(read({ [asked]: answer }))), reason);
    });
  }

  describe("by a server that is silent", () => {
    const clock = useClock();
    it("is given up", async () => {
      const message = "the Kubernetes API: no answer within 30 s";
      await assert.rejects(read({ "GET /version": clock.silentFor(30) }), { message });
    });
  });
});
