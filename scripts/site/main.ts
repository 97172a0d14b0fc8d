/**
 * Makes a site of README, docs/ and the other pages of the repository, in rendered/site: npm run site. A link that leads nowhere
 * fails it; links to other hosts are not asked.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deadLinks } from "./links";
import { pageHtml, siteFile } from "./layout";
import { readPage } from "./markdown";

const root = join(__dirname, "../..");
const out = join(root, "rendered/site");

const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
  .map((file) => `docs/${file}`)
  .filter((path) => statSync(join(root, path)).isFile());
const paths = ["README.md", ...docs.filter((path) => path.endsWith(".md")), "CONTRIBUTING.md", "CHANGELOG.md"];
/** What pages lead to and show as it is. */
const files = [...docs.filter((path) => !path.endsWith(".md")), "LICENSE"];

const pages = paths.map((path) => readPage(path, readFileSync(join(root, path), "utf8")));
const dead = deadLinks(pages, files);
for (const line of dead) process.stderr.write(`${line}\n`);
if (dead.length > 0) process.exitCode = 1;
else {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, "docs"), { recursive: true });
  for (const page of pages) writeFileSync(join(out, siteFile(page.path)), pageHtml(page, pages));
  for (const file of files) cpSync(join(root, file), join(out, file));
  const sections = pages.flatMap(({ path, title, sections: own }) =>
    own.map((one) => ({ page: title, href: `${siteFile(path)}#${one.id}`, title: one.title, text: one.text })),
  );
  // As a script, because a page that is opened as a file may read no other file.
  writeFileSync(join(out, "sections.js"), `window.sections = ${JSON.stringify(sections)};\n`);
  for (const file of ["style.css", "search.js"]) copyFileSync(join(__dirname, file), join(out, file));
  process.stdout.write(`${String(pages.length)} pages are in ${join(dirname(out), "site")}\n`);
}
