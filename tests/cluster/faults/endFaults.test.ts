import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { endFaults, waitUntilDropped } from "../../../cluster/faults/endFaults";
import { dies, list, refusal, useApi, type Answer } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { useForwarding } from "../support/forwarding";
import { paths, planeDeployment, planePod, pod } from "../support/objects";

// An API server that keeps faults until they are deleted, and proxies that say what they are told. The real ones, against an
// update that runs meanwhile, are in tests/e2e/faultsOff.test.ts and tests/dataplane/commands.test.ts.

const networking = "/apis/networking.istio.io/v1alpha3/namespaces/dev701";
const [routes, services] = [`${networking}/virtualservices`, "/api/v1/namespaces/dev701/services"];
const notes = "/api/v1/namespaces/dev701/configmaps";
const name = "fault-service-ct-webapp-01234567";
const dump = (...names: readonly string[]) =>
  names.map((one) => `"/apis/x/namespaces/dev701/virtual-service/${one}"`).join("\n");

describe("the end of faults", () => {
  const api = useApi();
  const clock = useClock();
  const { pods } = useForwarding(api);
  let said: string[] = [];
  /** What is there, by path; each is gone once it was deleted as often as it says. */
  const there = new Map<string, { readonly drill: string; times: number }>();
  const put = (path: string, drill: string, times = 1) => there.set(path, { drill, times });
  const listed = (collection: string) => () =>
    list(
      ...[...there]
        .filter(([path]) => path.startsWith(`${collection}/`))
        .map(([path, { drill }]) => ({
          metadata: { name: path.split("/").at(-1), annotations: { "jam-istio/drill": drill } },
        })),
    );
  const gone = (path: string) => () => {
    const one = there.get(path);
    if (one === undefined) return 404;
    one.times -= 1;
    if (one.times === 0) there.delete(path);
    return {};
  };
  const sidecar = (pod_: string) => pod(pod_, { images: { "istio-proxy": "proxyv2:1.30.3" } });
  const usual = (): Record<string, Answer> => ({
    [`GET ${routes}`]: listed(routes),
    [`GET ${services}`]: listed(services),
    [`DELETE ${routes}/${name}`]: gone(`${routes}/${name}`),
    [`DELETE ${services}/fake-service`]: gone(`${services}/fake-service`),
    [`POST ${notes}`]: {},
    [`GET ${paths.deployments("istio-system")}`]: list(planeDeployment("istiod", "1.30.3")),
    [`GET ${paths.pods("istio-system")}`]: list(planePod("a", "1.30.3")),
    [`GET ${paths.pods("dev701")}`]: list(),
  });
  beforeEach(() => {
    said = [];
    there.clear();
    api.answers = usual();
  });
  const end = (settled?: string) => endFaults(api.cluster, "dev701", settled, (line) => said.push(line));
  const changes = () =>
    api.asked
      .filter((one) => !one.startsWith("GET"))
      .map((one) => one.replace(/ \{.*"drills":"([^"]*)".*/, " notes $1").replace("?propagationPolicy=Background", ""));
  const noProxy = { istiod: "ready", dropped: 0, holding: 0, silent: 0 } as const;
  const asking = "asking the proxies whether they have dropped it";

  it("is noted, then done, what acts first; then it is looked three times whether something comes", async () => {
    put(`${services}/fake-service`, "d-1");
    put(`${routes}/${name}`, "d-1");
    assert.deepEqual(await end(), { ended: [name], ...noProxy });
    assert.deepEqual(changes(), [
      `POST ${notes} notes d-1`,
      `DELETE ${routes}/${name}`,
      `DELETE ${services}/fake-service`,
    ]);
    assert.equal(api.asked.filter((one) => one.startsWith(`GET ${routes}?`)).length, 4);
    assert.deepEqual(said, [`${name}: removing`, asking]);
  });

  for (const [title, drill, settled, noted] of [
    ["without faults and settings that want some", undefined, undefined, []],
    ["also of what the settings would put in", undefined, "d-2", [`POST ${notes} notes d-2`]],
    ["of both, once", "d-1", "d-2", [`POST ${notes} notes d-1 d-2`]],
    ["not of the command drill, which no update puts in", "drill/d-3", undefined, []],
  ] as const) {
    it(`a note is made ${title}`, async () => {
      if (drill !== undefined) put(`${routes}/${name}`, drill);
      const { ended } = await end(settled);
      assert.deepEqual(ended, drill === undefined ? [] : [name]);
      assert.deepEqual(
        changes().filter((one) => one.startsWith("POST")),
        noted,
      );
    });
  }

  it("that cannot be noted is done, and told", async () => {
    put(`${routes}/${name}`, "d-1");
    api.answers = { ...api.answers, [`POST ${notes}`]: 403 };
    assert.deepEqual(await end(), { ended: [name], unmarked: "not permitted (HTTP 403)", ...noProxy });
  });

  it("says which kinds may not be listed: what faults have of these stays", async () => {
    put(`${routes}/${name}`, "d-1");
    api.answers = { ...api.answers, "GET /apis/rbac.authorization.k8s.io/v1/namespaces/dev701/roles": 403 };
    assert.deepEqual(await end(), { ended: [name], unseen: ["Role"], ...noProxy });
  });

  it("what somebody puts in meanwhile is removed, too, and told once", async () => {
    put(`${routes}/${name}`, "d-1", 5);
    assert.deepEqual((await end()).ended, [name]);
    assert.equal(changes().filter((one) => one.startsWith("DELETE")).length, 5);
    assert.deepEqual(said, [`${name}: removing`, asking]);
  });

  it("is given up after a minute in which something always came", async () => {
    put(`${routes}/${name}`, "d-1", Infinity);
    await assert.rejects(end(), { message: /^faults keep coming: / });
    assert.equal(clock.slept(), 61);
  });

  it("is no failure where the API server takes a minute for it", async () => {
    put(`${routes}/${name}`, "d-1");
    const slow = listed(routes);
    const late = () => {
      clock.pass(25);
      return slow();
    };
    api.answers = { ...usual(), [`GET ${routes}`]: late };
    assert.deepEqual((await end()).ended, [name]);
  });

  for (const [title, asked, answer, reason] of [
    ["faults may not be seen", `GET ${routes}`, 403, /^not permitted \(HTTP 403\)$/],
    ["they may not be removed", `DELETE ${routes}/${name}`, 403, /^not permitted \(HTTP 403\)$/],
    ["the server fails", `DELETE ${routes}/${name}`, 409, /^HTTP 409$/],
    ["the server dies", `GET ${services}`, dies, /socket hang up/],
  ] as const) {
    it(`is an error where ${title}`, async () => {
      put(`${routes}/${name}`, "d-1");
      api.answers = { ...api.answers, [asked]: answer };
      assert.match(reasonOf(await refusal(end())), reason);
    });
  }

  it("is told although proxies cannot even be listed", async () => {
    put(`${routes}/${name}`, "d-1");
    api.answers = { ...api.answers, [`GET ${paths.pods("dev701")}`]: 403 };
    const unseen = { istiod: "unknown", dropped: 0, holding: 0, silent: 1, why: "not permitted (HTTP 403)" };
    assert.deepEqual(await end(), { ended: [name], ...unseen });
  });

  describe("as proxies tell it", () => {
    const wait = (names?: readonly string[]) => waitUntilDropped(api.cluster, "dev701", names);
    beforeEach(() => {
      api.answers = {
        ...api.answers,
        [`GET ${paths.pods("dev701")}`]: list(sidecar("a"), sidecar("b"), pod("none"), sidecar("silent")),
      };
      pods.set("a", () => dump("own"));
      pods.set("silent", () => 503);
    });
    const two = { istiod: "ready", dropped: 2, holding: 0, silent: 1, why: "it answered 503" };

    it("is waited for until the last has dropped it; who cannot be asked is counted", async () => {
      let looks = 0;
      pods.set("b", () => dump(++looks < 4 ? name : "own"));
      assert.deepEqual(await wait(), two);
      assert.deepEqual([looks, clock.slept()], [4, 1.5]);
    });

    it("is waited for a minute", async () => {
      pods.set("b", () => dump(name));
      assert.deepEqual(await wait(), { ...two, dropped: 1, holding: 1 });
      assert.equal(clock.slept(), 60);
    });

    it("is of the faults that are named, where some are", async () => {
      pods.set("b", () => dump(name, `${name}0`));
      assert.deepEqual(await wait(["fault-service-other-01234567", name.slice(0, -1)]), two);
    });

    for (const [title, istiod, planes, slept] of [
      ["without a control plane it is asked once: nobody tells them", "down", list(), 0],
      ["where it may not be seen they are asked for a minute all the same", "unknown", 403, 60],
    ] as const) {
      it(title, async () => {
        pods.set("b", () => dump(name));
        api.answers = { ...api.answers, [`GET ${paths.deployments("istio-system")}`]: planes };
        assert.deepEqual(await wait(), { ...two, istiod, dropped: 1, holding: 1 });
        assert.equal(clock.slept(), slept);
      });
    }
  });
});
