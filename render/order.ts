/** Something that comes after others. */
export interface Node {
  readonly urn: string;
  readonly dependencies: readonly string[];
}

/**
 * Puts nodes into an order in which each comes after its dependencies. The program registers resources as they become
 * ready, in another order each time; here equal nodes give the same order always, the alphabetical among equals.
 */
export function inOrder<T extends Node>(nodes: readonly T[]): readonly T[] {
  const left = [...nodes].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const done = new Set<string>();
  const all = new Set(nodes.map(({ urn }) => urn));
  const ordered: T[] = [];
  while (left.length > 0) {
    const at = left.findIndex(({ dependencies }) => dependencies.every((urn) => done.has(urn) || !all.has(urn)));
    const [next] = left.splice(Math.max(at, 0), 1);
    if (next === undefined) break;
    done.add(next.urn);
    ordered.push(next);
  }
  return ordered;
}
