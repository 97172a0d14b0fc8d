import * as pulumi from "@pulumi/pulumi";
import type { Recording } from "../../render/record";

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) {
    return value === pulumi.runtime.unknownValue ? "[known when deployed]" : value;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** The registrations as text: equal registrations give equal bytes on every machine. */
export function goldenText({ registrations }: Recording): string {
  const byUrn = [...registrations].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return `${JSON.stringify(sorted(byUrn), undefined, 2)}\n`;
}

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function paths(before: unknown, after: unknown, path: string): readonly string[] {
  if (!isBranch(before) || !isBranch(after)) return Object.is(before, after) ? [] : [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].sort().flatMap((key) => paths(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

/** What differs between two recordings, as `type name path`; a resource of one of them alone as `type name`. */
export function differences(before: Recording, after: Recording): readonly string[] {
  const olds = new Map(before.registrations.map((registration) => [registration.urn, registration]));
  const news = new Map(after.registrations.map((registration) => [registration.urn, registration]));
  return [...new Set([...olds.keys(), ...news.keys()])].sort().flatMap((urn) => {
    const [old, now] = [olds.get(urn), news.get(urn)];
    const shown = now ?? old;
    const label = `${shown?.type ?? ""} ${shown?.name ?? ""}`;
    return old === undefined || now === undefined ? [label] : paths(old, now, "").map((path) => `${label} ${path}`);
  });
}
