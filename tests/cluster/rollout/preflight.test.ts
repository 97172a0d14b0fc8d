import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { preflight, type Preflight } from "../../../cluster/rollout/preflight";
import { dies, failure, list, refusal, useApi, type Answer } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { paths, planeDeployment, planePod, pod, selector } from "../support/objects";

// What is asked and how answers are taken; the injector and the metrics of a real istiod are in tests/e2e/istiod.test.ts.

const deployments = `GET ${paths.deployments("istio-system")}`;
const pods = `GET ${paths.pods("istio-system")}`;
const trial = `POST ${paths.pods("dev701")}?dryRun=All`;
const metrics = (name: string) => `GET ${paths.pods("istio-system")}/${name}:15014/proxy/metrics`;
const injected = (version: string) =>
  pod("trial", { images: { app: "x", "istio-proxy": `docker.io/istio/proxyv2:${version}` } });
const plane = {
  [deployments]: list(planeDeployment("istiod", "1.30.3")),
  [pods]: list(planePod("a", "1.30.3"), planePod("b", "1.30.3")),
};
const well = { ...plane, [trial]: injected("1.30.3") };
const counted = (connected: number, rejections = 0) =>
  `pilot_xds{version="1.30.3"} ${String(connected)}\npilot_total_xds_rejects{type="lds"} ${String(rejections)}\n`;

describe("whether sidecars can depend on a control plane", () => {
  const api = useApi();
  const clock = useClock();
  const ask = async (answers: Readonly<Record<string, Answer>>, more: Partial<Preflight> = {}) => {
    const said: string[] = [];
    api.answers = answers;
    const asked = { revision: "default", version: "1.30.3", namespace: "dev701", judgeRejections: false, expected: 0 };
    const why = await preflight(api.cluster, { ...asked, log: (line) => said.push(line), ...more });
    return { why, said };
  };
  const fine = { why: undefined, said: [] };

  it("all is well: one look, and a pod that is never made", async () => {
    assert.deepEqual(await ask(well), fine);
    const labels = { "sidecar.istio.io/inject": "true" };
    const body = {
      metadata: { generateName: "jam-istio-trial-", labels },
      spec: { containers: [{ name: "app", image: "jam-istio.invalid/none" }] },
    };
    const lists = [`${pods}${selector}`, `${deployments}${selector}`];
    assert.deepEqual([...api.asked.slice(0, 2)].sort(), lists);
    assert.deepEqual(api.asked.slice(2), [`${trial} ${JSON.stringify(body)}`]);
    assert.equal(clock.slept(), 0);
  });

  it("without a namespace that gets sidecars no injection is tried", async () => {
    assert.deepEqual(await ask(plane, { namespace: undefined }), fine);
    assert.equal(api.asked.length, 2);
  });

  it("of a revision the pod asks for that one's sidecar", async () => {
    const answers = {
      [deployments]: list(planeDeployment("istiod-new", "1.30.3", "new")),
      [pods]: list(planePod("a", "1.30.3", { revision: "new" })),
      [trial]: injected("1.30.3"),
    };
    assert.deepEqual(await ask(answers, { revision: "new" }), fine);
    assert.match(api.asked.at(-1) ?? "", /"labels":\{"sidecar.istio.io\/inject":"true","istio.io\/rev":"new"\}/);
  });

  for (const [name, answers, why] of [
    ["none runs", { ...well, [deployments]: list() }, "no control plane of revision default runs"],
    [
      "no pod is ready",
      { ...well, [pods]: list(planePod("a", "1.30.3", { ready: false })) },
      "Deployment istiod has no pod that is ready",
    ],
    [
      "an old pod is left",
      { ...well, [pods]: list(planePod("a", "1.30.3"), planePod("b", "1.29.1")) },
      "Deployment istiod runs 1.29.1 and 1.30.3, not 1.30.3",
    ],
    ["no sidecar comes", { ...well, [trial]: pod("trial") }, "a new pod in namespace dev701 gets no sidecar"],
    [
      "an old sidecar comes",
      { ...well, [trial]: injected("1.29.1") },
      "a new pod in namespace dev701 gets a sidecar of 1.29.1, not 1.30.3",
    ],
  ] as const) {
    it(`it is waited for a minute, then said: ${name}`, async () => {
      assert.deepEqual(await ask(answers), { why, said: [] });
      assert.equal(clock.slept(), 60);
    });
  }

  it("so is an injector that does not answer, with the API server's words for it", async () => {
    const { why } = await ask({ ...well, [trial]: failure(500, "failed calling webhook: connection refused") });
    assert.match(why ?? "", /^the injector does not answer: failed calling webhook: connection refused/);
    assert.equal(clock.slept(), 60);
  });

  it("what becomes well meanwhile is well", async () => {
    let turn = 0;
    assert.deepEqual(await ask({ ...well, [trial]: () => (++turn < 5 ? 500 : injected("1.30.3")) }), fine);
    assert.deepEqual([turn, clock.slept()], [5, 4]);
  });

  it("versions that no image tells are no reason", async () => {
    const answers = { ...plane, [pods]: list(planePod("a", "latest")), [trial]: injected("latest") };
    assert.deepEqual(await ask(answers), fine);
  });

  for (const [name, answer, why] of [
    [
      "a webhook that takes no trial",
      failure(400, 'webhook "x" does not support dry run'),
      "its webhook does not support dry run",
    ],
    ["a quota", failure(403, "exceeded quota: q"), "exceeded quota: q"],
    ["a person's rights", 403, "no"],
    ["a policy", failure(422, "labels are missing"), "labels are missing"],
    ["a namespace that is not there", 404, "no"],
    ["a conflict", 409, "no"],
  ] as const) {
    it(`${name} is no reason, and is told`, async () => {
      assert.deepEqual(await ask({ ...plane, [trial]: answer }), {
        why: undefined,
        said: [`injection was not tried: ${why}`],
      });
    });
  }

  it("an API server that gives no answer is an error", async () => {
    for (const [answer, reason] of [
      [403, /^not permitted \(HTTP 403\)$/],
      [500, /^HTTP 500$/],
      [dies, /socket hang up/],
      [clock.silentFor(60), /^the Kubernetes API: no answer within 60 s$/],
    ] as const)
      assert.match(reasonOf(await refusal(ask({ ...well, [pods]: answer }))), reason);
  });

  describe("by what proxies take", () => {
    const judge = (a: Answer, b: Answer, expected = 3) =>
      ask({ ...well, [metrics("a")]: a, [metrics("b")]: b }, { judgeRejections: true, expected });

    it("all are connected to some pod, and none refuses", async () => {
      assert.deepEqual(await judge(counted(1), counted(2)), fine);
      assert.equal(clock.slept(), 0);
    });

    it("what one pod's proxies refused is a reason at once", async () => {
      const why = "proxies refused 2 configurations of the new control plane (metric pilot_total_xds_rejects)";
      assert.deepEqual(await judge(counted(0), counted(1, 2)), { why, said: [] });
    });

    it("what another revision's proxies refused, or came to, is not this one's", async () => {
      const answers = {
        [deployments]: list(planeDeployment("istiod", "1.29.1"), planeDeployment("istiod-new", "1.30.3", "new")),
        [pods]: list(planePod("a", "1.29.1"), planePod("b", "1.30.3", { revision: "new" })),
        [trial]: injected("1.30.3"),
        [metrics("a")]: counted(7, 2),
        [metrics("b")]: counted(3),
      };
      const asked = { revision: "new", judgeRejections: true, expected: 3 };
      assert.deepEqual(await ask(answers, asked), fine);
      const why = "proxies refused 2 configurations of the new control plane (metric pilot_total_xds_rejects)";
      const swapped = { ...answers, [metrics("a")]: counted(7), [metrics("b")]: counted(3, 2) };
      assert.deepEqual(await ask(swapped, asked), { why, said: [] });
    });

    it("what an old pod counted that goes away is not the new one's", async () => {
      const ending = planePod("old", "1.29.1", { ready: false });
      const answers = {
        ...well,
        [pods]: list(planePod("a", "1.30.3"), ending),
        [metrics("a")]: counted(3),
        [metrics("old")]: counted(0, 4),
      };
      assert.deepEqual(await ask(answers, { judgeRejections: true, expected: 3 }), fine);
    });

    it("a pod that does not say it is left out", async () => {
      for (const answer of [403, 503, dies]) assert.deepEqual(await judge(answer, counted(3)), fine);
    });

    it("where no pod says it, it is not judged, and that is told", async () => {
      const line = "the control plane's metrics cannot be read: whether proxies take its configuration is not judged";
      for (const answer of [403, dies, clock.silentFor(5)])
        assert.deepEqual(await judge(answer, answer), { why: undefined, said: [line] });
    });

    it("it is waited a minute for them, and told how many came", async () => {
      const line = "2 of 3 proxies are connected to the control plane; none refuses its configuration";
      assert.deepEqual(await judge(counted(1), counted(1)), { why: undefined, said: [line] });
      assert.equal(clock.slept(), 61);
    });
  });
});
