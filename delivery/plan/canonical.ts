import { createHash } from "node:crypto";
import { isMap } from "../../config/raw";

/** A value as JSON with its keys in order: equal values give equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isMap(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

export const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
