import Table from "cli-table3";
import type { Rendered } from "../render/render";
import { outColors } from "./colors";

/** What `render` reports, for people as a table and for scripts as JSON. */
export interface Summary {
  readonly stack: string;
  readonly folder: string;
  readonly complete: boolean;
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
export function summarise(stack: string, folder: string, rendered: Rendered): Summary {
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
  return { stack, folder, complete: missing.length === 0, missing, created };
}

function incompleteText(missing: Summary["missing"]): string {
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  const parts = reasons.map((reason) => {
    const releases = missing.filter((item) => item.reason === reason).map(({ release }) => release);
    return `the objects of ${releases.join(", ")} are missing: ${reason}`;
  });
  return `INCOMPLETE: ${parts.join("; ")}`;
}

/** The summary for a person; incomplete is said in the first line. */
export function summaryText(summary: Summary): string {
  const { stack, folder, missing, created } = summary;
  const objects = created.reduce((sum, row) => sum + row.objects, 0);
  const head = [
    ...(summary.complete ? [] : [outColors.red(incompleteText(missing))]),
    `Stack ${stack} would create, in this order:`,
  ];
  const table = new Table({
    head: ["", "what", "chart", "objects", "kinds"],
    colWidths: [5, null, null, null, 60],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  created.forEach((row, at) => table.push([String(at + 1), row.what, row.version, String(row.objects), row.kinds]));
  return [...head, table.toString(), `${String(objects)} objects, a file each, in ${folder}`].join("\n");
}
