import { posix } from "node:path";
import type { Page } from "./markdown";

/** Pages under a title in the menu, in their order. */
export interface Group {
  readonly title: string;
  readonly pages: readonly string[];
}

/** The menu. A page that is in no group stands in the last one. */
const menu: readonly Group[] = [
  { title: "Begin", pages: ["README.md", "docs/limits.md", "CHANGELOG.md"] },
  { title: "Settings", pages: ["docs/settings.md", "docs/migrate.md", "docs/air-gap.md", "docs/backends.md"] },
  { title: "Change", pages: ["docs/upgrade.md", "docs/upgrade-notes.md", "docs/ci.md", "docs/fleet.md"] },
  { title: "Operate", pages: ["docs/doctor.md", "docs/troubleshooting.md", "docs/interrupted-runs.md"] },
  { title: "Try and break", pages: ["docs/fault-drills.md", "docs/lab.md"] },
];
const rest = "Contribute";

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

/** Path of a page on the site. */
export const siteFile = (path: string): string =>
  path === "README.md" ? "index.html" : path.replace(/\.md$/, ".html");

/** The pages by the groups of the menu. */
export function groupsOf(paths: readonly string[]): readonly Group[] {
  const named = menu.flatMap(({ pages }) => pages);
  const others = paths.filter((path) => !named.includes(path));
  return [
    ...menu.map(({ title, pages }) => ({ title, pages: pages.filter((path) => paths.includes(path)) })),
    { title: rest, pages: others },
  ].filter(({ pages }) => pages.length > 0);
}

function menuHtml(pages: readonly Page[], current: Page, up: string): string {
  const titles = new Map(pages.map(({ path, title }) => [path, path === "README.md" ? "Overview" : title]));
  const groups = groupsOf([...titles.keys()]).map(({ title, pages: own }) => {
    const items = own.map((path) => {
      const here = path === current.path ? ' aria-current="page"' : "";
      return `<li><a href="${up}${siteFile(path)}"${here}>${escaped(titles.get(path) ?? path)}</a></li>`;
    });
    return `<h2>${title}</h2><ul>${items.join("")}</ul>`;
  });
  return groups.join("\n");
}

/** A page as a file of the site. It loads nothing from elsewhere. */
export function pageHtml(page: Page, pages: readonly Page[]): string {
  const depth = posix.dirname(siteFile(page.path)) === "." ? "" : "../";
  const title = page.path === "README.md" ? page.title : `${page.title} · jam-istio`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${depth}style.css">
<script defer src="${depth}sections.js"></script>
<script defer src="${depth}search.js"></script>
</head>
<body data-up="${depth}">
<input type="checkbox" id="menu" hidden>
<header><label for="menu" title="menu">☰</label><a href="${depth}index.html">jam-istio</a>
<div class="search"><input id="search" type="search" placeholder="search" aria-label="search"><ul id="found"></ul></div></header>
<nav>${menuHtml(pages, page, depth)}</nav>
<main>
${page.html}</main>
</body>
</html>
`;
}
