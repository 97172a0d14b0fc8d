import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { endFaultsEverywhere } from "../../../cluster/faults/endEverywhere";
import { list, refusal, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { paths, planeDeployment, planePod } from "../support/objects";

// What ends in one namespace, and how: endFaults.test.ts. Real ones of two instances: tests/dataplane/commands.test.ts.

const name = "fault-service-ct-webapp-01234567";
const kind = "/apis/networking.istio.io/v1alpha3";
const routes = (namespace: string) => `${kind}/namespaces/${namespace}/virtualservices`;
const notes = (namespace: string) => `POST /api/v1/namespaces/${namespace}/configmaps`;
const [here, there] = ["dev701", "integration702"];
const everywhere = `GET ${kind}/virtualservices`;

describe("the end of every fault of a cluster", () => {
  const api = useApi();
  useClock();
  let said: string[] = [];
  const end = () => endFaultsEverywhere(api.cluster, { namespace: here, settled: "d-9" }, (line) => said.push(line));
  const gone = { ended: [name], istiod: "ready", dropped: 0, holding: 0, silent: 0 };
  const fault = (namespace: string) => {
    const metadata = { name, namespace, annotations: { "jam-istio/drill": `${namespace}-1` } };
    const remove = `DELETE ${routes(namespace)}/${name}`;
    return {
      [`GET ${routes(namespace)}`]: () =>
        list(...(api.asked.some((one) => one.startsWith(remove)) ? [] : [{ metadata }])),
      [`${remove}?propagationPolicy=Background`]: {},
      [notes(namespace)]: {},
      [`GET ${paths.pods(namespace)}`]: list(),
    };
  };
  beforeEach(() => {
    said = [];
    const found = [here, there].map((namespace) => ({ metadata: { name, namespace } }));
    api.answers = {
      ...fault(here),
      ...fault(there),
      [everywhere]: list(...found),
      [`GET ${paths.deployments("istio-system")}`]: list(planeDeployment("istiod", "1.30.3")),
      [`GET ${paths.pods("istio-system")}`]: list(planePod("a", "1.30.3")),
    };
  });
  const drillsNoted = (namespace: string) =>
    api.asked.filter((one) => one.startsWith(notes(namespace))).map((one) => /"drills":"([^"]*)"/.exec(one)?.[1]);

  it("is that of each namespace, with its note; the settings' own drill is noted, too", async () => {
    const namespaces = [here, there].map((namespace) => ({ namespace, ...gone }));
    assert.deepEqual(await end(), { namespaces, unseen: [] });
    assert.deepEqual(drillsNoted(here), [`d-9 ${here}-1`]);
    assert.deepEqual(drillsNoted(there), [`${there}-1`]);
    assert.ok(said.includes(`${there}: ${name}: removing`));
  });

  it("what fails in one namespace holds up no other, and is told", async () => {
    api.answers = { ...api.answers, [`DELETE ${routes(here)}/${name}?propagationPolicy=Background`]: 403 };
    const { namespaces } = await end();
    assert.deepEqual(namespaces, [
      { namespace: here, failed: "not permitted (HTTP 403)" },
      { namespace: there, ...gone },
    ]);
  });

  it("names the kinds that may not be listed everywhere", async () => {
    api.answers = { ...api.answers, "GET /apis/batch/v1/jobs": 403 };
    assert.deepEqual((await end()).unseen, ["Job"]);
  });

  it("where the cluster's VirtualServices may not be listed it ends what can be found: the stack's own, and where a Job is", async () => {
    const reaper = { metadata: { name: "fault-reaper", namespace: there } };
    api.answers = { ...api.answers, [everywhere]: 403, "GET /apis/batch/v1/jobs": list(reaper) };
    const namespaces = [here, there].map((namespace) => ({ namespace, ...gone }));
    assert.deepEqual(await end(), { namespaces, unseen: ["VirtualService"] });
  });

  it("is no end where the cluster fails of something else", async () => {
    api.answers = { ...api.answers, [everywhere]: 500 };
    assert.equal(reasonOf(await refusal(end())), "HTTP 500");
    assert.deepEqual(
      api.asked.filter((one) => !one.startsWith("GET")),
      [],
    );
  });
});
