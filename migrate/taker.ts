import type { MergedValues } from "./merged";
import { isTruthy, type Row } from "./rows";

/** Takes values one by one, with a row for each. */
export class Taker {
  public readonly rows: Row[] = [];

  public constructor(private readonly values: MergedValues) {}

  /** The first of several paths that has a value. */
  public take(paths: readonly string[], row: (value: unknown) => Omit<Row, "old" | "file">): unknown {
    const found = paths.flatMap((path) => {
      const file = this.values.fileOf(path);
      const value = this.values.take(path);
      return value === undefined ? [] : [{ path, file, value }];
    });
    found.forEach(({ path, file, value }, place) =>
      this.rows.push({
        old: path,
        file,
        ...(place === 0 ? row(value) : { outcome: "left out", why: `${found[0]?.path ?? ""} wins` }),
      }),
    );
    return found[0]?.value;
  }

  /** A switch; where none is given, the chart's own default counts. */
  public flag(path: string, chartDefault: boolean, ownDefault: boolean, to: string): boolean {
    const row = (on: boolean) =>
      on === ownDefault ? { outcome: "default" as const } : { outcome: "carried" as const, to };
    const value = this.take([path], (given) => row(isTruthy(given)));
    if (value !== undefined) return isTruthy(value);
    const why = `not given: the chart's own default is ${String(chartDefault)}`;
    if (chartDefault !== ownDefault) this.rows.push({ old: path, file: "", ...row(chartDefault), why });
    return chartDefault;
  }
}
