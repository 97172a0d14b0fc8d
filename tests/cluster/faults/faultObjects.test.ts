import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import {
  createFaultObjects,
  deleteFaultObjects,
  injectFaultObjects,
  readFaultObjects,
  readFaultObjectsIfAny,
  unseenText,
} from "../../../cluster/faults/faultObjects";
import { fake, faultLabel, object } from "../../../mesh/faults/faultObjects";
import { dies, list, refusal, useApi, type Answer } from "../../support/apiServer";
import { useClock } from "../support/clock";

// What is sent, and in which order. That proxies take and drop such objects is shown by tests/dataplane and tests/e2e.

const places = {
  VirtualService: "/apis/networking.istio.io/v1alpha3/namespaces/dev701/virtualservices",
  DestinationRule: "/apis/networking.istio.io/v1alpha3/namespaces/dev701/destinationrules",
  ServiceEntry: "/apis/networking.istio.io/v1alpha3/namespaces/dev701/serviceentries",
  Service: "/api/v1/namespaces/dev701/services",
  Job: "/apis/batch/v1/namespaces/dev701/jobs",
  RoleBinding: "/apis/rbac.authorization.k8s.io/v1/namespaces/dev701/rolebindings",
  Role: "/apis/rbac.authorization.k8s.io/v1/namespaces/dev701/roles",
  ServiceAccount: "/api/v1/namespaces/dev701/serviceaccounts",
};
const kinds = Object.keys(places) as readonly (keyof typeof places)[];
const get = (kind: keyof typeof places) => `GET ${places[kind]}`;
const query = "?labelSelector=jam-istio/fault";
const every = (answer: Answer) => Object.fromEntries(kinds.map((kind) => [get(kind), answer]));
const named = (name: string) => ({ metadata: { name, annotations: { "jam-istio/drill": "d-1" } } });
const found = (kind: string, name: string) => ({ ...named(name).metadata, kind, key: `${kind}/${name}` });

const marks = { namespace: "dev701", drill: "d-1", start: "2026-01-01T00:00:00Z", end: "none" };
const route = object("VirtualService", "fault-a", marks, {});
const service = fake(marks);

describe("objects of faults are read", () => {
  const api = useApi();

  it("by their label, all kinds, what acts first", async () => {
    api.answers = { ...every(list()), [get("Service")]: list(named("s")), [get("VirtualService")]: list(named("v")) };
    assert.deepEqual(await readFaultObjects(api.cluster, "dev701"), {
      found: [found("VirtualService", "v"), found("Service", "s")],
      unseen: [],
    });
    assert.deepEqual([...api.asked].sort(), kinds.map((kind) => `${get(kind)}${query}`).sort());
  });

  for (const [name, answers] of [
    ["lists are null", every({ items: null })],
    ["no kind is installed", every(404)],
  ] as const) {
    it(`as none where ${name}`, async () => {
      api.answers = answers;
      assert.deepEqual(await readFaultObjects(api.cluster, "dev701"), { found: [], unseen: [] });
    });
  }

  it("what may not be listed is named, never taken for nothing", async () => {
    api.answers = { ...every(list()), [get("Role")]: 403, [get("Job")]: 403 };
    assert.deepEqual(await readFaultObjects(api.cluster, "dev701"), { found: [], unseen: ["Job", "Role"] });
    assert.equal(
      unseenText(["Job", "Role"]),
      "what faults have of these kinds may not be listed (HTTP 403) and is not known: Job, Role",
    );
  });

  it("of all namespaces, each with its own", async () => {
    const route = { ...named("v").metadata, namespace: "integration702" };
    api.answers = { "GET /apis/networking.istio.io/v1alpha3/virtualservices": list({ metadata: route }) };
    const expected = [{ ...found("VirtualService", "v"), namespace: "integration702" }];
    assert.deepEqual(await readFaultObjects(api.cluster), { found: expected, unseen: [] });
  });

  for (const [name, kind, answer, reason] of [
    ["what acts may not be seen", "VirtualService", 403, /^not permitted \(HTTP 403\)$/],
    ["a list fails", "Role", 500, /^HTTP 500$/],
    ["the server dies", "Job", dies, /socket hang up/],
  ] as const) {
    it(`not at all where ${name}`, async () => {
      api.answers = { ...every(list()), [get(kind)]: answer };
      assert.match(reasonOf(await refusal(readFaultObjects(api.cluster, "dev701"))), reason);
    });
  }

  for (const [name, answers, expected, count, objects] of [
    ["four lists where none is expected, and none is there", {}, false, 4, []],
    ["all where one is there all the same", { [get("Service")]: list(named("s")) }, false, 12, [found("Service", "s")]],
    [
      "all where a drill that was killed left its Job",
      { [get("Job")]: list(named("j")) },
      false,
      12,
      [found("Job", "j")],
    ],
    ["all where some are expected", {}, true, 8, []],
  ] as const) {
    it(`with ${name}`, async () => {
      api.answers = { ...every(list()), ...answers };
      const seen = await readFaultObjectsIfAny(api.cluster, "dev701", expected);
      assert.deepEqual(seen, { found: objects, unseen: [] });
      assert.equal(api.asked.length, count);
    });
  }
});

describe("objects of faults are written", () => {
  const api = useApi();
  const clock = useClock();
  const create = (signal?: AbortSignal) => createFaultObjects(api.cluster, "dev701", [service, route], signal);
  const posts = [`POST ${places.Service}`, `POST ${places.VirtualService}`] as const;
  const [made] = [{ [posts[0]]: {}, [posts[1]]: {} }];
  const there = (labels: object) => ({ [`${get("Service")}/fake-service`]: { metadata: { labels } } });

  it("in the order that is given", async () => {
    api.answers = made;
    await create();
    assert.deepEqual(api.asked, [`${posts[0]} ${JSON.stringify(service)}`, `${posts[1]} ${JSON.stringify(route)}`]);
  });

  it("what is there already, and part of a fault, is left as it is", async () => {
    api.answers = { ...made, [posts[0]]: 409, ...there({ [faultLabel]: "active" }) };
    await create();
    assert.deepEqual(api.asked.slice(1), [`${get("Service")}/fake-service`, `${posts[1]} ${JSON.stringify(route)}`]);
  });

  for (const [name, answers, reason] of [
    [
      "an object of the name is somebody else's",
      { [posts[0]]: 409, ...there({ app: "x" }) },
      /^Service fake-service is there and not this program's/,
    ],
    ["an object of the name is gone again", { [posts[1]]: 409 }, /^HTTP 404$/],
    ["it is not permitted", { [posts[0]]: 403 }, /^not permitted \(HTTP 403\)$/],
    ["the kind is not installed", { [posts[1]]: 404 }, /^HTTP 404$/],
    ["the server dies", { [posts[0]]: dies }, /socket hang up/],
  ] as const) {
    it(`unless ${name}`, async () => {
      api.answers = { ...made, ...answers };
      assert.match(reasonOf(await refusal(create())), reason);
    });
  }

  it("until it is said to stop, which is seen between two", async () => {
    const stop = new AbortController();
    const stopping = () => {
      stop.abort();
      return {};
    };
    api.answers = { ...made, [posts[0]]: stopping };
    await create(stop.signal);
    await create(stop.signal);
    assert.equal(api.asked.length, 1);
  });

  it("what another drill led to is this one's before anything leads there", async () => {
    const patch = `PATCH ${places.Service}/fake-service`;
    api.answers = { ...made, [posts[0]]: 409, ...there({ [faultLabel]: "active" }), [patch]: {} };
    await injectFaultObjects(api.cluster, "dev701", [route, service]);
    const { annotations } = service.metadata;
    assert.deepEqual(api.asked.slice(1), [
      `${get("Service")}/fake-service`,
      `${patch} ${JSON.stringify({ metadata: { annotations } })}`,
      `${posts[1]} ${JSON.stringify(route)}`,
    ]);
  });

  it("nothing leads to what is gone again", async () => {
    api.answers = { ...made, [posts[0]]: 409, ...there({ [faultLabel]: "active" }) };
    assert.equal(reasonOf(await refusal(injectFaultObjects(api.cluster, "dev701", [route, service]))), "HTTP 404");
    assert.equal(api.asked.length, 3);
  });

  const remove = (kind: keyof typeof places) => `DELETE ${places[kind]}/x?propagationPolicy=Background`;
  const parts = [...kinds].reverse().map((kind) => ({ kind, name: "x" }));

  it("and removed, the acting ones first; what is gone already is fine", async () => {
    api.answers = { [remove("VirtualService")]: {}, [remove("Job")]: {} };
    await deleteFaultObjects(api.cluster, "dev701", parts);
    assert.deepEqual(api.asked, kinds.map(remove));
  });

  for (const [name, answer, reason] of [
    ["is not permitted", 403, /^not permitted \(HTTP 403\)$/],
    ["meets a server that dies", dies, /socket hang up/],
    ["meets a server that is silent", clock.silentFor(30), /^removing DestinationRule x: no answer within 30 s$/],
  ] as const) {
    it(`a removal that ${name} is an error; what acts is gone by then`, async () => {
      api.answers = { [remove("DestinationRule")]: answer };
      assert.match(reasonOf(await refusal(deleteFaultObjects(api.cluster, "dev701", parts))), reason);
      assert.deepEqual(api.asked, [remove("VirtualService"), remove("DestinationRule")]);
    });
  }
});
