import { toYaml } from "../../render/objects";
import type { Change, Group, ObjectChange } from "../compare/changes";

/** Titles of the groups. */
export const groupTitles: Readonly<Record<Group, string>> = {
  restarts: "Pods start, restart or end",
  definitions: "Definitions (CRDs)",
  webhooks: "Webhooks",
  rights: "Rights (RBAC)",
  rest: "The rest",
};

/** Signs of what became of an object. */
export const signs: Readonly<Record<ObjectChange["kind"], string>> = {
  added: "+",
  removed: "-",
  changed: "~",
  renamed: ">",
};

const yamlLines = (value: unknown): readonly string[] =>
  (typeof value === "string" ? value : toYaml(value)).trimEnd().split("\n");

const signed = (sign: "+" | "-", value: unknown) => yamlLines(value).map((line) => `${sign}${line}`);

/** A change as lines: the place as `@@ place @@`, then lines that begin with `-`, `+` or a space. */
export function changeLines(change: Change): readonly string[] {
  const place = `@@ ${change.path} @@`;
  switch (change.kind) {
    case "text":
      return change.hunks.flatMap((hunk) => [`@@ ${change.path}, line ${String(hunk.to)} @@`, ...hunk.lines]);
    case "order":
      return [`@@ order of ${change.path} @@`, ...signed("-", change.before), ...signed("+", change.after)];
    case "changed":
      return [place, ...signed("-", change.before), ...signed("+", change.after)];
    default:
      return [place, ...signed(change.kind === "added" ? "+" : "-", change.value)];
  }
}

/** How many lines of one change are shown where there is little room. */
const shownLines = 60;

/** All of an object's changes as lines. @param whole also where a change is long; else its beginning, and how much is left out */
export function objectLines({ changes }: ObjectChange, whole: boolean): readonly string[] {
  return changes.flatMap((change) => {
    const lines = changeLines(change);
    if (whole || lines.length <= shownLines + 1) return lines;
    return [...lines.slice(0, shownLines), ` … ${String(lines.length - shownLines)} more lines`];
  });
}

/** An object's line: `~ Deployment istio-system/istiod`. */
export function objectTitle({ kind, name, before, hidden, changes }: ObjectChange): string {
  const was = before === undefined ? "" : `, before ${before}`;
  const only = changes.length === 0 ? `, ${String(hidden)} hidden` : "";
  return `${signs[kind]} ${name}${was}${only}`;
}
