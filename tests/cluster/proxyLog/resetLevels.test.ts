// What is asked and told; that a real proxy's levels are as before is shown by tests/dataplane/proxyLog.
import assert from "node:assert/strict";
import { restoreLevels } from "../../../cluster/proxyLog/resetLevels";
import { makeMark, markKey } from "../../../mesh/proxyLog/mark";
import { useApi } from "../../support/apiServer";

describe("the levels of a proxy's loggers are put back", () => {
  const api = useApi();
  const mark = makeMark("0123abcd", { http: "warning" }, 60_000, Date.now());
  const pod = (annotations: Readonly<Record<string, string>>) => ({
    metadata: { name: "web-1", namespace: "dev701", uid: "u1", annotations },
  });
  const restore = async (annotations: Readonly<Record<string, string>>) => {
    const there = pod(annotations);
    api.answers = { "GET /api/v1/namespaces/dev701/pods/web-1": there };
    let commands = 0;
    const exec = () => {
      commands++;
      return Promise.resolve({ code: 0, stdout: "active loggers:\n  http: debug\n", stderr: "" });
    };
    const restored = await restoreLevels({ ...api.cluster, exec }, there, mark, { once: true });
    return [restored.levels, commands > 0];
  };

  for (const [title, annotations, told] of [
    ["of a run whose mark is there", { [markKey]: JSON.stringify(mark) }, true],
    ["of a run whose mark somebody took away: they are back already", {}, false],
    [
      "of a run after which another one began: they are that one's",
      { [markKey]: JSON.stringify({ ...mark, run: "9" }) },
      false,
    ],
  ] as const)
    it(title, async () => {
      const [levels, isTold] = await restore(annotations);
      assert.equal(isTold, told);
      if (!told) assert.equal(levels, "back");
    });
});
