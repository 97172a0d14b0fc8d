import MarkdownIt from "markdown-it";

/** A part of a page, from one heading to the next, as the search finds it. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** A page that was read. */
export interface Page {
  /** Path in the repository, with `/`. */
  readonly path: string;
  readonly title: string;
  readonly html: string;
  readonly sections: readonly Section[];
  /** Every place that it leads to, as it is written. */
  readonly links: readonly string[];
}

/** Raw HTML is left out: it is comments for other tools alone. */
const markdown = new MarkdownIt({ html: true, linkify: false });
markdown.renderer.rules["html_block"] = () => "";
markdown.renderer.rules["html_inline"] = () => "";
// A table that is wider than its page is moved by itself.
markdown.renderer.rules["table_open"] = () => '<div class="wide"><table>\n';
markdown.renderer.rules["table_close"] = () => "</table></div>\n";

type Token = ReturnType<typeof markdown.parse>[number];

/** Anchor of a heading, as GitHub makes it: links have to hold there as well as here. */
function anchorOf(title: string, taken: Map<string, number>): string {
  const id = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
  const times = taken.get(id) ?? 0;
  taken.set(id, times + 1);
  return times === 0 ? id : `${id}-${String(times)}`;
}

const plain = (token: Token | undefined): string =>
  (token?.children ?? []).map(({ type, content }) => (type === "softbreak" ? " " : content)).join("");

/** Where a link of the repository leads on the site: pages end in `.html` there. */
const onSite = (link: string): string =>
  /^[a-z]+:/i.test(link)
    ? link
    : link.replace(/^([^#]*?)README\.md(?=#|$)/, "$1index.html").replace(/^([^#]+)\.md(?=#|$)/, "$1.html");

/** Reads a page. */
export function readPage(path: string, text: string): Page {
  const tokens = markdown.parse(text, {});
  const [taken, links] = [new Map<string, number>(), new Array<string>()];
  const sections: { id: string; title: string; text: string }[] = [];
  tokens.forEach((token, at) => {
    const inline = token.type === "heading_open" ? tokens[at + 1] : undefined;
    if (inline !== undefined) {
      const title = plain(inline);
      const id = anchorOf(title, taken);
      token.attrSet("id", id);
      sections.push({ id, title, text: "" });
    } else if (tokens[at - 1]?.type !== "heading_open") {
      const section = sections.at(-1);
      const words = token.type === "fence" ? token.content : plain(token);
      if (section !== undefined && words !== "") section.text += ` ${words}`;
    }
    for (const child of token.children ?? [])
      for (const name of ["href", "src"]) {
        const link = child.attrGet(name);
        if (typeof link !== "string") continue;
        links.push(link);
        child.attrSet(name, onSite(link));
      }
  });
  const html = markdown.renderer.render(tokens, markdown.options, {});
  return { path, title: sections[0]?.title ?? path, html, sections, links };
}
