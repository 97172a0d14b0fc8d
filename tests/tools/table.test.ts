import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import { tableText } from "../../tools/table";

const head = ["#", "what", "chart", "kinds"];
const long = "CustomResourceDefinition wasmplugins.extensions.istio.io";
const rows = [
  ["1", "Namespace dev701", "", "Namespace"],
  ["2", "release istiod", "istiod 1.30.3", `${long}, ${"Role, ".repeat(20)}Deployment`],
];
const widthOf = (text: string) => Math.max(...text.split("\n").map((line) => stripVTControlCharacters(line).length));
/** All that the cells say, without frame and breaks. */
const words = (text: string) => text.replace(/[^\w.]/g, "");

describe("a table", () => {
  for (const width of [60, 80, 132, 400]) {
    it(`fits a terminal of ${String(width)} columns, and leaves no word out`, () => {
      const text = tableText(head, rows, width);
      assert.ok(widthOf(text) <= width, text);
      assert.match(text, /^┌/);
      for (const cell of rows.flat().flatMap((one) => one.split(" ")))
        assert.ok(text.includes(cell) || words(text).includes(words(cell.slice(0, 12))), `${cell} in\n${text}`);
      assert.doesNotMatch(text, /…/);
    });
  }

  it("is no wider than it has to be", () => {
    assert.equal(widthOf(tableText(["a", "b"], [["1", "2"]], 80)), 9);
  });

  it("breaks a word that is longer than its column", () => {
    const text = tableText(["a", "b"], [["x".repeat(40), "y".repeat(40)]], 40);
    assert.ok(widthOf(text) <= 40, text);
    assert.equal(text.match(/[xy]/g)?.length, 80);
  });

  it("breaks names between their parts, and no word as long as another column can give way", () => {
    const made = "VirtualService dev701/fault-service-memcached";
    const text = tableText(["routes", "connections"], [["memcached.dev701.svc.cluster.local:11212", made]], 50);
    assert.ok(widthOf(text) <= 50, text);
    for (const part of ["connections", "VirtualService", "memcached.dev701.", "cluster.local:11212"])
      assert.ok(text.includes(part), `${part} in\n${text}`);
  });

  it("counts colours as nothing", () => {
    const red = pc.createColors(true).red("0");
    assert.equal(widthOf(tableText(["a"], [[red]], 80)), 5);
    assert.equal(tableText(["a", "b"], [[red, "x"]], undefined), `a  b\n${red}  x`);
  });

  it("in a terminal too narrow for any table ends all the same", () => {
    assert.match(tableText(head, rows, 5), /^┌/);
  });

  it("elsewhere is a line a row, columns two spaces or more apart, an empty cell a -", () => {
    const lines = tableText(head, rows, undefined).split("\n");
    assert.equal(lines.length, 3);
    assert.deepEqual(
      lines.slice(0, 2).map((line) => line.split(/ {2,}/)),
      [head, ["1", "Namespace dev701", "-", "Namespace"]],
    );
    assert.deepEqual(lines[2]?.split(/ {2,}/), rows[1]);
  });
});
