import fc from "fast-check";
import assert from "node:assert/strict";
import { inOrder, type Node } from "../../render/order";

const node = (urn: string, ...dependencies: string[]): Node => ({ urn, dependencies });
const urns = (nodes: readonly Node[]) => nodes.map(({ urn }) => urn).join(" ");

/** Acyclic nodes: each depends on earlier ones only. */
const acyclic = fc
  .array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 12 })
  .map((lists) =>
    lists.map((list, at) =>
      node(
        `n${String((at * 7) % 13)}`,
        ...list.filter((other) => other < at).map((other) => `n${String((other * 7) % 13)}`),
      ),
    ),
  );

describe("inOrder", () => {
  it("puts each node after its dependencies", () => {
    assert.equal(urns(inOrder([node("a", "b"), node("b", "c"), node("c")])), "c b a");
  });

  it("is alphabetical among those that are ready", () => {
    assert.equal(urns(inOrder([node("d"), node("b", "d"), node("c"), node("a", "d")])), "c d a b");
  });

  it("ignores dependencies on what is not among the nodes", () => {
    assert.equal(urns(inOrder([node("b", "elsewhere"), node("a", "b")])), "b a");
  });

  it("gives every node of a circle, once", () => {
    assert.equal(urns(inOrder([node("b", "a"), node("a", "b"), node("c", "a")])), "a b c");
    assert.equal(urns(inOrder([node("a", "a")])), "a");
  });

  it("takes nothing and changes nothing of its input", () => {
    assert.deepEqual(inOrder([]), []);
    const nodes = Object.freeze([node("b"), node("a")]);
    inOrder(nodes);
    assert.equal(urns(nodes), "b a");
  });

  it("any nodes: all of them, each after its dependencies, whatever order they came in", () => {
    fc.assert(
      fc.property(
        acyclic.chain((nodes) => fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length }))),
        ([nodes, shuffled]) => {
          const ordered = inOrder(nodes);
          assert.equal(ordered.length, nodes.length);
          ordered.forEach(({ dependencies }, at) => {
            const before = new Set(ordered.slice(0, at).map(({ urn }) => urn));
            assert.deepEqual(
              dependencies.filter((urn) => !before.has(urn)),
              [],
            );
          });
          assert.equal(urns(inOrder(shuffled)), urns(ordered));
        },
      ),
    );
  });
});
