import assert from "node:assert/strict";
import { removeUntilGone } from "../../../cluster/faults/removeDrill";
import { fake, object } from "../../../mesh/faults/faultObjects";
import { list, useApi, type Answer } from "../../support/apiServer";
import { useClock } from "../support/clock";

// What is sent. That a fault is out of proxies then is shown by tests/dataplane/drills.

describe("a drill is removed", () => {
  const api = useApi();
  useClock();
  const marks = (drill: string) => ({ namespace: "dev701", drill, start: "2026-01-01T00:00:00Z", end: "none" });
  const [own, helper] = [object("VirtualService", "fault-a", marks("dev701/1"), {}), fake(marks("dev701/1"))];
  const theirs = object("VirtualService", "fault-b", marks("dev701/2"), {});
  const routes = "/apis/networking.istio.io/v1alpha3/namespaces/dev701/virtualservices";
  const service = "/api/v1/namespaces/dev701/services/fake-service";
  const remove = async (acting: readonly object[], more: Readonly<Record<string, Answer>> = {}) => {
    api.answers = {
      [`DELETE ${routes}/fault-a`]: {},
      [`DELETE ${service}`]: {},
      [`GET ${routes}`]: list(...acting),
      "GET /api/v1/namespaces/dev701/services": list(helper),
      [`PATCH ${service}`]: {},
      ...more,
    };
    await removeUntilGone(api.cluster, "dev701", { drill: "dev701/1", objects: [own, helper] }, () => undefined);
    return api.asked.filter((line) => !line.startsWith("GET ")).map((line) => line.replace(/\?\w+=\w+/, ""));
  };

  it("with what only it led to", async () => {
    assert.deepEqual(await remove([]), [`DELETE ${routes}/fault-a`, `DELETE ${service}`]);
  });

  it("and leaves to another drill what that may lead to, which goes with it from then on", async () => {
    const { annotations } = theirs.metadata;
    assert.deepEqual(await remove([theirs]), [
      `DELETE ${routes}/fault-a`,
      `PATCH ${service} ${JSON.stringify({ metadata: { annotations } })}`,
    ]);
  });

  it("also where that may not be written down", async () => {
    assert.equal((await remove([theirs], { [`PATCH ${service}`]: 403 })).length, 2);
  });
});
