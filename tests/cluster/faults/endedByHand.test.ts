import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import {
  forgetEndedDrill,
  forgetEndedDrills,
  readEndedDrills,
  rememberEndedDrills,
} from "../../../cluster/faults/endedByHand";
import { dies, refusal, useApi, type Answer } from "../../support/apiServer";

// The note itself; that an update heeds it is shown by tests/e2e/faultsOff.test.ts.

const collection = "/api/v1/namespaces/dev701/configmaps";
const note = `${collection}/jam-istio-faults-off`;
const holding = (drills: string) => ({ metadata: { name: "jam-istio-faults-off" }, data: { drills, ended: "x" } });

describe("the note of drills that were ended by hand", () => {
  const api = useApi();
  const after = async <T>(answers: Readonly<Record<string, Answer>>, work: () => Promise<T>) => {
    api.answers = answers;
    const given = await work();
    const changes = api.asked.filter((one) => !one.startsWith("GET"));
    return { given, changes: changes.map((one) => one.replace(/"ended":"\d{4}-[^"]+Z"/, '"ended":"now"')) };
  };

  for (const [name, answer, expected] of [
    ["there is none", 404, []],
    ["it names one", holding("a-1"), ["a-1"]],
    ["it names several", holding("a-1 b-2"), ["a-1", "b-2"]],
    ["somebody emptied it", { metadata: {} }, []],
    ["somebody took out the names", { metadata: {}, data: { other: "x" } }, []],
  ] as const) {
    it(`is read: ${name}`, async () => {
      api.answers = { [`GET ${note}`]: answer };
      assert.deepEqual(await readEndedDrills(api.cluster, "dev701"), expected);
      assert.deepEqual(api.asked, [`GET ${note}`]);
    });
  }

  for (const [name, answer, reason] of [
    ["may not be seen", 403, /^not permitted \(HTTP 403\)$/],
    ["is asked of a server that fails", 500, /^HTTP 500$/],
    ["is asked of a server that dies", dies, /socket hang up/],
  ] as const) {
    it(`that ${name} is no empty one`, async () => {
      api.answers = { [`GET ${note}`]: answer };
      assert.match(reasonOf(await refusal(readEndedDrills(api.cluster, "dev701"))), reason);
      assert.match(reasonOf(await refusal(forgetEndedDrill(api.cluster, "dev701", "a-1"))), reason);
      assert.match((await rememberEndedDrills(api.cluster, "dev701", ["a-1"])) ?? "", reason);
      assert.deepEqual([...new Set(api.asked)], [`GET ${note}`]);
    });
  }

  it("is made with the first", async () => {
    const remember = () => rememberEndedDrills(api.cluster, "dev701", ["b-2", "a-1", "b-2"]);
    const metadata = { name: "jam-istio-faults-off", namespace: "dev701" };
    const data = { drills: "a-1 b-2", ended: "now" };
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
    assert.deepEqual(await after({ [`POST ${collection}`]: {} }, remember), {
      given: undefined,
      changes: [`POST ${collection} ${body}`],
    });
  });

  it("gets the next beside those that it names", async () => {
    const remember = () => rememberEndedDrills(api.cluster, "dev701", ["a-1", "c-3"]);
    const body = JSON.stringify({ data: { drills: "a-1 b-2 c-3", ended: "now" } });
    assert.deepEqual(await after({ [`GET ${note}`]: holding("b-2 a-1"), [`PATCH ${note}`]: {} }, remember), {
      given: undefined,
      changes: [`PATCH ${note} ${body}`],
    });
  });

  for (const [code, reason] of [
    [403, "not permitted (HTTP 403)"],
    [404, "HTTP 404"],
  ] as const) {
    it(`that cannot be written (${String(code)}) is told, not thrown: the end of the faults matters more`, async () => {
      const remember = () => rememberEndedDrills(api.cluster, "dev701", ["a-1"]);
      assert.equal((await after({ [`POST ${collection}`]: code }, remember)).given, reason);
      const answers = { [`GET ${note}`]: holding("b-2"), [`PATCH ${note}`]: code };
      assert.equal((await after(answers, remember)).given, reason);
    });
  }

  for (const [name, answer, changes] of [
    ["one of several", holding("a-1 b-2 c-3"), [`PATCH ${note} {"data":{"drills":"a-1 c-3"}}`]],
    ["the last one", holding("b-2"), [`DELETE ${note}`]],
    ["one that it does not name", holding("a-1"), []],
    ["one without a note", 404, []],
  ] as const) {
    it(`forgets ${name}`, async () => {
      const answers = { [`GET ${note}`]: answer, [`PATCH ${note}`]: {}, [`DELETE ${note}`]: {} };
      const forget = () => forgetEndedDrill(api.cluster, "dev701", "b-2");
      assert.deepEqual((await after(answers, forget)).changes, changes);
    });
  }

  it("is forgotten whole; one that is gone already is fine, one that may not be removed is an error", async () => {
    const forget = () => forgetEndedDrills(api.cluster, "dev701");
    assert.deepEqual((await after({ [`DELETE ${note}`]: {} }, forget)).changes, [`DELETE ${note}`]);
    await after({ [`DELETE ${note}`]: 404 }, forget);
    assert.equal(reasonOf(await refusal(after({ [`DELETE ${note}`]: 403 }, forget))), "not permitted (HTTP 403)");
  });
});
