import type { RenderNotes } from "../../render/notes";
import type { Rendered } from "../../render/render";
import { tableText } from "../../tools/table";
import { outColors } from "./colors";

/** What `render` reports, for people as a table and for scripts as JSON. */
export interface Summary extends RenderNotes {
  readonly stack: string;
  readonly folder: string;
  readonly complete: boolean;
  /** Whether the files were written; not where an incomplete render would have replaced a complete one. */
  readonly written: boolean;
  /** Releases whose charts could not be expanded, with the reason. */
  readonly missing: readonly { readonly release: string; readonly reason: string }[];
  readonly created: readonly Row[];
}

interface Row {
  readonly what: string;
  readonly version: string;
  readonly objects: number;
  readonly kinds: string;
}

function countKinds(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind} ×${String(count)}`)).join(", ");
}

/** Summarises a rendered stack, in the order of its installation. */
export function summarise(
  stack: string,
  place: Pick<Summary, "folder" | "written">,
  rendered: Rendered,
  notes: RenderNotes,
): Summary {
  const missing = rendered.flatMap((item) =>
    item.kind === "release" && item.release.missing !== undefined
      ? [{ release: item.release.plan.name, reason: item.release.missing }]
      : [],
  );
  const created = rendered.map((item): Row => {
    if (item.kind === "object") {
      const { kind, metadata } = item.object;
      const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
      return { what: `${kind} ${place}${metadata.name}`, version: "", objects: 1, kinds: kind };
    }
    const { plan, objects } = item.release;
    return {
      what: `release ${plan.name}`,
      version: `${plan.chart} ${plan.version}`,
      objects: objects?.length ?? 0,
      kinds: objects === undefined ? "not rendered" : countKinds(objects.map(({ kind }) => kind)),
    };
  });
  return { stack, ...place, complete: missing.length === 0, missing, created, ...notes };
}

function incompleteText(missing: Summary["missing"]): string {
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  const parts = reasons.map((reason) => {
    const releases = missing.filter((item) => item.reason === reason).map(({ release }) => release);
    return `the objects of ${releases.join(", ")} are missing: ${reason}`;
  });
  return `INCOMPLETE: ${parts.join("; ")}`;
}

const keptText = (folder: string) =>
  `the complete render of an earlier run in ${folder} stays as it is. Somewhere else: --out`;

/** The summary for a person; incomplete is said in the first line. */
export function summaryText(summary: Summary): string {
  const { stack, folder, written, missing, created, warnings, notes } = summary;
  const objects = created.reduce((sum, row) => sum + row.objects, 0);
  const head = [
    ...(summary.complete ? [] : [outColors.red(incompleteText(missing))]),
    ...(written ? [] : [outColors.red(`nothing was written: ${keptText(folder)}`)]),
    `Stack ${stack} would create, in this order:`,
  ];
  const rows = created.map((row, at) => [String(at + 1), row.what, row.version, String(row.objects), row.kinds]);
  const table = tableText(["#", "what", "chart", "objects", "kinds"], rows);
  return [
    ...head,
    table,
    `${String(objects)} objects${written ? `, a file each, in ${folder}` : "; none was written"}`,
    ...warnings.map((text) => outColors.yellow(`warning: ${text}`)),
    ...notes.map((text) => `note: ${text}`),
    `What the cluster has a say in is not judged here: npm run preview -- ${stack}`,
  ].join("\n");
}
