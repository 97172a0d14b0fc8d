import assert from "node:assert/strict";
import { isBug, lineOf, messageOf, withoutPackages } from "../../tools/errors";

describe("errors", () => {
  it("are shown without their frames in packages; all else stays", () => {
    const error = new Error("two\nlines, node_modules among them");
    const own = "    at deploy (/project/components/program.ts:1:2)";
    error.stack = `Error: ${error.message}\n${own}\n    at run (/project/node_modules/@pulumi/pulumi/run.ts:3:4)`;
    assert.equal(withoutPackages(error), error);
    assert.equal(error.stack, `Error: two\nlines, node_modules among them\n${own}`);
    assert.equal(withoutPackages("no error"), "no error");
  });

  it("say what they say, in one line where one is asked for", () => {
    const error = new Error("Error: chart is broken\nwith a second line");
    assert.deepEqual([messageOf(error), messageOf("x")], [error.message, "x"]);
    assert.deepEqual([lineOf(error), lineOf("x")], ["chart is broken", "x"]);
  });

  it("of the program itself are told from others", () => {
    for (const bug of [new TypeError("x"), new RangeError("x")]) assert.equal(isBug(bug), true);
    for (const other of [new Error("x"), "x", undefined]) assert.equal(isBug(other), false);
  });
});
