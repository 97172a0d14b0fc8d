import assert from "node:assert/strict";
import {
  ClusterUnreachable,
  isConflict,
  isDenied,
  isNotFound,
  isRefused,
  optional,
  reaching,
  reasonOf,
} from "../../../cluster/client/errors";
import { bounded, type Cluster } from "../../../cluster/client/kubernetesClient";
import { HttpError } from "../../../cluster/client/send";
import { dies, failure, list, refusal, useApi } from "../../support/apiServer";
import { paths } from "../support/objects";

// What the API server says really comes over HTTP, by both ways that requests are sent. `unlessInternal` has a file of its
// own, tests/components/gates/internalErrors.test.ts; texts of reasons are in tests/cluster/upgrade/observe.test.ts.

const path = paths.pods("dev701");
const ways: Readonly<Record<string, (cluster: Cluster) => Promise<unknown>>> = {
  "the client's own call": ({ core }) => core.listNamespacedPod({ namespace: "dev701" }),
  "a request as it is": ({ send }) => send("GET", path),
};

describe("what a cluster fails with", () => {
  const api = useApi();

  for (const [way, call] of Object.entries(ways)) {
    for (const [code, kinds, reason] of [
      [400, ["refused"], "HTTP 400"],
      [401, [], "HTTP 401"],
      [403, ["denied", "refused"], "not permitted (HTTP 403)"],
      [404, ["not found", "refused"], "HTTP 404"],
      [409, ["conflict", "refused"], "HTTP 409"],
      [422, ["refused"], "HTTP 422"],
      [500, [], "HTTP 500"],
      [503, [], "HTTP 503"],
    ] as const) {
      it(`${way}: ${String(code)} is ${kinds.join(", ") || "none of them"}, and no lack of an answer`, async () => {
        api.answers = { [`GET ${path}`]: code };
        const error = await refusal(call(api.cluster));
        const are = { conflict: isConflict, denied: isDenied, "not found": isNotFound, refused: isRefused };
        const found = Object.entries(are).filter(([, is]) => is(error));
        assert.deepEqual(
          found.map(([name]) => name),
          kinds,
        );
        assert.deepEqual([error instanceof ClusterUnreachable, reasonOf(error)], [false, reason]);
      });
    }

    it(`${way}: a server that dies gives no answer, and why is kept`, async () => {
      api.answers = { [`GET ${path}`]: dies };
      const error = await refusal(call(api.cluster));
      assert.ok(error instanceof ClusterUnreachable);
      assert.match(error.message, /socket hang up/);
      assert.ok(error.cause instanceof Error);
    });

    it(`${way}: is left out where it is not there or not to be seen, and nothing else is`, async () => {
      for (const code of [403, 404]) {
        api.answers = { [`GET ${path}`]: code };
        assert.equal(await optional(call(api.cluster)), undefined);
      }
      for (const answer of [401, 409, 500, dies]) {
        api.answers = { [`GET ${path}`]: answer };
        assert.ok((await refusal(optional(call(api.cluster)))) instanceof Error);
      }
      api.answers = { [`GET ${path}`]: list() };
      assert.notEqual(await optional(call(api.cluster)), undefined);
    });
  }

  it("a refusal says no more than three hundred characters of what came", async () => {
    api.answers = { [`GET ${path}`]: failure(500, "x".repeat(1000)) };
    const error = await refusal(api.cluster.send("GET", path));
    assert.ok(error instanceof HttpError);
    assert.equal(error.message.length, "HTTP 500: ".length + 300);
  });

  it("an argument that is missing is a bug, not a cluster that does not answer", async () => {
    const { core } = api.cluster;
    for (const missing of [
      core.listNamespacedPod({} as { namespace: string }),
      core.readNamespacedPod({ namespace: "dev701" } as { name: string; namespace: string }),
      core.deleteNamespacedPod({ namespace: "dev701", name: "" }),
    ])
      assert.equal(((await refusal(missing)) as Error).name, "TypeError");
    assert.deepEqual(api.asked, []);
  });
});

describe("work with a cluster", () => {
  it("gives what it gives, at once or later", async () => {
    assert.deepEqual([await reaching(() => 1), await reaching(() => Promise.resolve(2))], [1, 2]);
    assert.equal(await bounded("it", 60, Promise.resolve(3)), 3);
  });

  const refused = new HttpError(403, "");
  const unreachable = new ClusterUnreachable("no answer");
  for (const error of [refused, unreachable, new TypeError("x"), new RangeError("x"), new SyntaxError("x")]) {
    it(`fails with ${error.name} "${error.message}" as it is`, async () => {
      const fail = () => {
        throw error;
      };
      assert.equal(await refusal(reaching(fail)), error);
      assert.equal(await refusal(reaching(() => Promise.reject(error))), error);
      assert.equal(await refusal(bounded("it", 60, Promise.reject(error))), error);
    });
  }

  for (const [name, error, message] of [
    [
      "an address that nobody has",
      Object.assign(new Error("getaddrinfo ENOTFOUND a"), { code: "ENOTFOUND" }),
      "getaddrinfo ENOTFOUND a",
    ],
    ["a certificate that is not trusted", new Error("self-signed certificate"), "self-signed certificate"],
    ["a text", "closed", "closed"],
  ] as const) {
    it(`fails with no answer for ${name}`, async () => {
      const given = await refusal(reaching(() => Promise.reject(error as Error)));
      assert.ok(given instanceof ClusterUnreachable);
      assert.deepEqual([given.message, given.cause], [message, error]);
    });
  }
});
