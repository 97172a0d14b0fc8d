import assert from "node:assert/strict";
import { parseLevels, raised, stepsTo, unknownLoggers } from "../../../mesh/proxyLog/levels";
import { isOver, leftMarks, levelsBefore, makeMark, markKey, markOf } from "../../../mesh/proxyLog/mark";

const before = parseLevels("active loggers:\n  http: warning\n  misc: error\n  pool: warning\n  router: warning\n\n");

describe("the levels of a proxy's loggers", () => {
  it("are read from Envoy's answer, and from nothing else", () => {
    assert.deepEqual(before, { http: "warning", misc: "error", pool: "warning", router: "warning" });
    assert.throws(() => parseLevels("usage: /logging?<name>=<level>\n"), /does not say which loggers it has/);
  });

  for (const [what, now, wanted, steps] of [
    ["nothing, where all is as wanted", before, before, []],
    ["one logger each", before, raised(before, "debug", ["http"]), ["logging?http=debug"]],
    ["all at once", before, raised(before, "debug"), ["logging?level=debug"]],
    [
      "all at once, and those that differ",
      raised(before, "debug"),
      before,
      ["logging?level=warning", "logging?misc=error"],
    ],
    ["no logger that the proxy does not have", { http: "debug" }, before, ["logging?http=warning"]],
    [
      "no logger of which nothing is wanted",
      { http: "debug", own: "info" },
      { http: "warning" },
      ["logging?http=warning"],
    ],
  ] as const) {
    it(`are changed by ${what}`, () => {
      assert.deepEqual(stepsTo(now, wanted), steps);
    });
  }

  it("are of loggers that there are", () => {
    assert.deepEqual(unknownLoggers(before, ["http", "htp"]), ["htp"]);
  });
});

describe("the mark on a pod whose proxy logs more", () => {
  const mark = makeMark("abcd", before, 60_000, Date.parse("2026-11-26T10:00:00Z"));
  const pod = (text: string) => ({ metadata: { name: "a", annotations: { [markKey]: text } } });

  it("holds the levels before, and when nobody needs them to differ any more", () => {
    assert.deepEqual(mark, {
      run: "abcd",
      until: "2026-11-26T10:03:00.000Z",
      level: "warning",
      loggers: { misc: "error" },
    });
    assert.deepEqual(levelsBefore(mark, raised(before, "debug")), before);
    assert.deepEqual(
      ["10:02:59", "10:03:01"].map((time) => isOver(mark, Date.parse(`2026-11-26T${time}Z`))),
      [false, true],
    );
  });

  it("is found again, also by others once it is over; what is no mark is none", () => {
    assert.deepEqual(markOf(pod(JSON.stringify(mark))), mark);
    for (const text of ["", "{", "null", "{}", '{"run":"a","level":"info","until":"soon"}'])
      assert.equal(markOf(pod(text)), undefined);
    const pods = [pod(JSON.stringify(mark)), pod("{}"), { metadata: { name: "b" } }];
    assert.deepEqual(leftMarks(pods, Date.parse("2026-11-26T10:02:00Z")), []);
    assert.deepEqual(
      leftMarks(pods, Date.parse("2026-11-27T00:00:00Z")).map((one) => one.mark.run),
      ["abcd"],
    );
  });
});
