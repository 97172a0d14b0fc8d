import type { ObjectChange } from "../compare/changes";
import type { StackDiff } from "../stackDiff";
import { groupTitles, objectLines, objectTitle } from "./lines";
import { consequences, grouped, titleText, totalText } from "./overview";

/** A text that Markdown and HTML show as it is. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

/** A fence that no line of the text ends. */
function fenceFor(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.map((line) => /`{3,}/.exec(line)?.[0].length ?? 0));
  return "`".repeat(longest + 1);
}

/** One object, folded. */
export function objectMarkdown(object: ObjectChange): string {
  const lines = objectLines(object, false);
  const fence = fenceFor(lines);
  const body = lines.length === 0 ? "only what is hidden as noise" : [`${fence}diff`, ...lines, fence].join("\n");
  return `<details><summary><code>${escaped(objectTitle(object))}</code></summary>\n\n${body}\n\n</details>`;
}

/** What stands before the objects. */
export function headMarkdown(diff: StackDiff): string {
  return [
    `**${escaped(totalText(diff))}**`,
    ...diff.notes.map((line) => `- ${line.startsWith("INCOMPLETE") ? "❌" : "note:"} ${escaped(line)}`),
    ...diff.warnings.map((line) => `- ⚠️ ${escaped(line)}`),
    ...(diff.objects.length === 0 ? [] : consequences(diff).map((line) => `- ⚠️ ${escaped(line)}`)),
  ].join("\n");
}

/** The blocks of a diff, each of which can be left out by itself: a group's title belongs to its first object. */
export function blocksOf(diff: StackDiff): readonly string[] {
  return grouped(diff).flatMap(({ group, objects }) =>
    objects.map((object, at) => {
      const title = at === 0 ? `#### ${groupTitles[group]} (${String(objects.length)})\n\n` : "";
      return `${title}${objectMarkdown(object)}`;
    }),
  );
}

/** A diff as Markdown, as GitHub and GitLab show it. */
export function diffMarkdown(diff: StackDiff): string {
  return [`### ${escaped(titleText(diff))}`, headMarkdown(diff), ...blocksOf(diff)].join("\n\n");
}
