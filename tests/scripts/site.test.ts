import assert from "node:assert/strict";
import { deadLinks } from "../../scripts/site/links";
import { pageHtml } from "../../scripts/site/layout";
import { readPage } from "../../scripts/site/markdown";

// Pages as somebody writes them; how the site looks is seen in a browser alone.

const page = (path: string, ...lines: readonly string[]) => readPage(path, lines.join("\n"));

describe("the site", () => {
  it("links between pages lead to their files, and headings have the anchors that GitHub gives them", () => {
    const one = page(
      "docs/one.md",
      "# One",
      "See [two](two.md#what-diff-does---live), [the front](../README.md) and [a host](https://example.com/a.md).",
    );
    assert.match(one.html, /href="two\.html#what-diff-does---live"/);
    assert.match(one.html, /href="\.\.\/index\.html"/);
    assert.match(one.html, /href="https:\/\/example\.com\/a\.md"/);
    const two = page("docs/two.md", "# Two", "", "## What `diff` does: --live", "", "## Same", "", "## Same");
    assert.deepEqual(
      two.sections.map(({ id }) => id),
      ["two", "what-diff-does---live", "same", "same-1"],
    );
    assert.deepEqual(deadLinks([one, two, page("README.md", "# Front")], []), []);
  });

  it("a link that leads nowhere is named: to a page, to a heading, to a file", () => {
    const one = page(
      "docs/one.md",
      "# One",
      "[a](gone.md) [b](#nothing) [c](one.md#nothing) ![d](x.svg) [e](../LICENSE)",
    );
    assert.deepEqual(deadLinks([one], ["LICENSE"]), [
      "docs/one.md: gone.md leads to no page of the site",
      "docs/one.md: #nothing: docs/one.md has no such heading",
      "docs/one.md: one.md#nothing: docs/one.md has no such heading",
      "docs/one.md: x.svg leads to no page of the site",
    ]);
  });

  it("a page that nobody put into the menu stands in it; text is no HTML", () => {
    const [front, other] = [
      page("README.md", "# jam-istio"),
      page("docs/new.md", "# New & <b>bold</b>", "<script>1</script>"),
    ];
    const html = pageHtml(other, [front, other]);
    assert.match(html, /<a href="\.\.\/docs\/new\.html" aria-current="page">New &amp; /);
    assert.doesNotMatch(html, /<script>1/);
  });
});
