import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { tryFaultObjects } from "../../../cluster/faults/faultObjects";
import { fake, object } from "../../../mesh/faults/faultObjects";
import { dies, failure, refusal, useApi, type Answer } from "../../support/apiServer";

// Refusals as API servers and webhooks word them; that Istio's own webhook refuses what it says is shown by tests/e2e.

const marks = { namespace: "dev701", drill: "d-1", start: "2026-01-01T00:00:00Z", end: "none" };
const [service, route] = [fake(marks), object("VirtualService", "fault-a", marks, {})];
const posts = [
  "POST /api/v1/namespaces/dev701/services?dryRun=All",
  "POST /apis/networking.istio.io/v1alpha3/namespaces/dev701/virtualservices?dryRun=All",
] as const;

describe("a trial of objects of faults", () => {
  const api = useApi();
  const tried = (answer: Answer) => {
    api.answers = { [posts[0]]: {}, [posts[1]]: answer };
    return tryFaultObjects(api.cluster, "dev701", [service, route]);
  };

  it("sends each as it would be made, and makes none", async () => {
    assert.deepEqual(await tried({}), {});
    assert.deepEqual(api.asked, [`${posts[0]} ${JSON.stringify(service)}`, `${posts[1]} ${JSON.stringify(route)}`]);
  });

  it("takes what is there already for well", async () => {
    assert.deepEqual(await tried(failure(409, 'virtualservices "fault-a" already exists')), {});
  });

  for (const [name, code, message] of [
    ["a webhook", 400, 'admission webhook "validation.istio.io" denied the request: a "match" is missing'],
    ["a quota", 403, 'virtualservices "fault-a" is forbidden: exceeded quota: "q"'],
    ["a schema", 422, 'VirtualService "fault-a" is invalid: spec.http: Required value'],
  ] as const) {
    it(`that ${name} refuses is told in its words`, async () => {
      const unadmitted = `VirtualService fault-a: ${message}`;
      assert.deepEqual(await tried(failure(code, message)), { unadmitted });
    });
  }

  for (const [name, code, message] of [
    ["no kind or namespace is there yet", 404, "the server could not find the requested resource"],
    ["a webhook knows no dry run", 400, 'admission webhook "pilot.validation.istio.io" does not support dry run'],
    ["a person may only look", 403, 'services is forbidden: User "ana" cannot create resource "services"'],
  ] as const) {
    it(`that cannot be done, since ${name}, is told, and speaks against nothing`, async () => {
      assert.deepEqual(await tried(failure(code, message)), { untried: `VirtualService fault-a: ${message}` });
    });
  }

  it("where a webhook cannot be asked is told in the server's words", async () => {
    const message = 'failed calling webhook "validation.istio.io": connection refused';
    assert.deepEqual(await tried(failure(500, message)), { unadmitted: `VirtualService fault-a: ${message}` });
  });

  it("by a server that dies is an error", async () => {
    assert.match(reasonOf(await refusal(tried(dies))), /socket hang up/);
  });
});
