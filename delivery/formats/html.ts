import type { StackDiff } from "../stackDiff";
import { groupTitles, objectLines, objectTitle } from "./lines";
import { escaped } from "./markdown";
import { consequences, grouped, titleText, totalText } from "./overview";

const style = `
:root { color-scheme: light dark; --add: #dafbe1; --del: #ffebe9; --place: #ddf4ff; --line: #d0d7de; --warn: #9a6700; --bad: #cf222e; }
@media (prefers-color-scheme: dark) {
  :root { --add: #12361f; --del: #4b1a1c; --place: #14304d; --line: #3d444d; --warn: #d29922; --bad: #ff7b72; }
}
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: clamp(1.2rem, 1rem + 2vw, 1.9rem); line-height: 1.3; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
ul { padding-left: 1.2rem; }
.bar { position: sticky; top: 0; padding: .5rem 0; background: Canvas; display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
input { flex: 1 1 20rem; font: inherit; padding: .25rem .5rem; }
button { font: inherit; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0; }
summary { padding: .35rem .6rem; cursor: pointer; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: 0; padding: .4rem 0; border-top: 1px solid var(--line); overflow-x: auto; font: 13px/1.45 ui-monospace, monospace; }
/* Colours reach as far as the longest line. */
pre div { width: max-content; min-width: 100%; }
pre span { display: block; padding: 0 .6rem; white-space: pre; min-height: 1.45em; }
.add { background: var(--add); } .del { background: var(--del); } .place { background: var(--place); }
.warning { color: var(--warn); } .incomplete { color: var(--bad); font-weight: 600; }
[hidden] { display: none; }
`;

// Runs in the reader's browser: no build step stands before it, so it is plain.
const script = `
const all = [...document.querySelectorAll("details")];
const found = document.getElementById("found");
const few = 10;
document.getElementById("search").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
  let shown = 0;
  for (const one of all) {
    const text = one.textContent.toLowerCase();
    one.hidden = !words.every((word) => text.includes(word));
    if (!one.hidden) shown += 1;
  }
  // What was found is seen, unless it were too much.
  if (words.length > 0 && shown <= few) for (const one of all) if (!one.hidden) one.open = true;
  for (const group of document.querySelectorAll("section"))
    group.hidden = [...group.querySelectorAll("details")].every((one) => one.hidden);
  found.textContent = words.length === 0 ? "" : shown + " of " + all.length + " objects";
});
const fold = (open) => () => all.forEach((one) => { one.open = open; });
document.getElementById("open").addEventListener("click", fold(true));
document.getElementById("close").addEventListener("click", fold(false));
`;

function lineHtml(line: string): string {
  const name = line.startsWith("@@") ? "place" : line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : "";
  return `<span${name === "" ? "" : ` class="${name}"`}>${escaped(line)}</span>`;
}

function groupHtml({ group, objects }: ReturnType<typeof grouped>[number]): string {
  const items = objects.map((object) => {
    const lines = objectLines(object, true).map(lineHtml).join("");
    // What restarts pods is open from the beginning.
    const open = group === "restarts" ? " open" : "";
    return `<details${open}><summary>${escaped(objectTitle(object))}</summary><pre><div>${lines}</div></pre></details>`;
  });
  return `<section><h2>${groupTitles[group]} (${String(objects.length)})</h2>${items.join("\n")}</section>`;
}

/** A diff as one file for a browser, which loads nothing else. */
export function diffHtml(diff: StackDiff): string {
  const title = escaped(titleText(diff));
  const notes = [
    ...diff.notes.map(
      (line) => `<li${line.startsWith("INCOMPLETE") ? ' class="incomplete"' : ""}>${escaped(line)}</li>`,
    ),
    ...[...diff.warnings, ...(diff.objects.length === 0 ? [] : consequences(diff))].map(
      (line) => `<li class="warning">${escaped(line)}</li>`,
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p>${escaped(totalText(diff))}</p>
<ul>${notes.join("")}</ul>
<div class="bar"><input id="search" type="search" placeholder="search in names and changes" aria-label="search">
<button id="open">unfold all</button><button id="close">fold all</button><span id="found" role="status"></span></div>
${grouped(diff).map(groupHtml).join("\n")}
<script>${script}</script>
</body>
</html>
`;
}
