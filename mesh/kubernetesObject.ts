type Tree = Readonly<Record<string, unknown>>;

/** Whether a value is a map, and no list. */
export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Group of an API's version: `apps` of `apps/v1`; empty for the core's. The version may change without an object being another one. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
