import { isMap } from "../config/raw";
import { overlay } from "../mesh/install/helmReleases";
import type { OldValues } from "./oldFiles";

type NamedValues = readonly { readonly name: string; readonly values: OldValues }[];

function at(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), values);
}

function leaves(values: OldValues, path: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(values).flatMap(([key, value]) =>
    isMap(value) && Object.keys(value).length > 0 ? leaves(value, [...path, key]) : [[...path, key]],
  );
}

/** Without a path, and without the maps that it leaves empty. */
function without(values: OldValues, [key = "", ...rest]: readonly string[]): OldValues {
  const value = values[key];
  const others = Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));
  if (rest.length === 0) return others;
  if (!isMap(value)) return values;
  const inner = without(value, rest);
  return Object.keys(inner).length === 0 ? others : { ...values, [key]: inner };
}

/** The merged values, out of which each rule takes what it knows; what nobody takes is left. */
export class MergedValues {
  #left: OldValues;
  readonly #files: NamedValues;

  public constructor(files: NamedValues) {
    this.#files = files;
    this.#left = files.reduce<OldValues>((base, { values }) => overlay(base, values), {});
  }

  /** The value at a path, which stays. */
  public peek(path: string): unknown {
    return at(this.#left, path.split("."));
  }

  /** The value at a path such as `jam.mysql.external`, which is then no longer left; null is none, as in a chart's template. */
  public take(path: string): unknown {
    const keys = path.split(".");
    const value = at(this.#left, keys) ?? undefined;
    this.#left = without(this.#left, keys);
    return value;
  }

  /** Paths of what is left below a key. */
  public leftBelow(key: string): readonly string[] {
    const value = this.#left[key];
    if (value === undefined) return [];
    return isMap(value) && Object.keys(value).length > 0 ? leaves(value, [key]).map((path) => path.join(".")) : [key];
  }

  /** Keys of the top level that are left. */
  public get keys(): readonly string[] {
    return Object.keys(this.#left);
  }

  /** The file that a path's value is from: the last that has it. */
  public fileOf(path: string): string {
    return this.#files.findLast(({ values }) => at(values, path.split(".")) !== undefined)?.name ?? "";
  }
}
