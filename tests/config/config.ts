import assert from "node:assert/strict";
import { parseSettings } from "../../config/parse";
import type { RawConfig } from "../../config/raw";
import type { Settings } from "../../settings/types";

/** Config of a stack as plain data, by the key after `jam-istio:`. */
export type Config = Readonly<Record<string, unknown>>;

/** One row of a table of problems. */
export interface Row {
  readonly name: string;
  readonly config: Config;
  /** Keys that are secrets. */
  readonly secrets?: readonly string[];
  /** Default: `dev701`. */
  readonly stack?: string;
  /** The lines after `jam-istio:`; all of them, in order. */
  readonly problems: readonly string[];
}

/** The smallest config that is valid: classic layout. */
export const classic: Config = { istio: { version: "1.4.6" } };
/** The smallest valid config of the modern layout. */
export const modern: Config = { istio: { version: "1.30.3" } };

/** Config as Pulumi hands it over: strings for scalars, nothing for null, JSON for maps and lists. */
export function rawOf(config: Config, secrets: readonly string[] = []): RawConfig {
  const text = (value: unknown) => (value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));
  return {
    values: Object.fromEntries(Object.entries(config).map(([key, value]) => [`jam-istio:${key}`, text(value)])),
    secretKeys: secrets.map((key) => `jam-istio:${key}`),
  };
}

/** All problems of a config; empty when it is valid. */
export function problemsOf(config: Config, secrets: readonly string[] = [], stack = "dev701"): readonly string[] {
  const parsed = parseSettings(rawOf(config, secrets), stack);
  return "problems" in parsed ? parsed.problems : [];
}

/** The settings of a config that is valid; fails with its problems when it is not. */
export function settingsOf(config: Config, secrets: readonly string[] = [], stack = "dev701"): Settings {
  const parsed = parseSettings(rawOf(config, secrets), stack);
  if ("problems" in parsed) assert.fail(`valid config refused: ${parsed.problems.join(" | ")}`);
  return parsed.settings;
}

/** Makes a test of each row: exactly these problems, no more and no fewer. */
export function checkRows(rows: readonly Row[]): void {
  for (const { name, config, secrets, stack, problems } of rows) {
    it(name, () => {
      assert.deepEqual(
        problemsOf(config, secrets, stack),
        problems.map((line) => `jam-istio:${line}`),
      );
    });
  }
}

/** Makes a test of each config: valid. */
export function checkValid(rows: readonly { readonly name: string; readonly config: Config }[]): void {
  for (const { name, config } of rows) {
    it(name, () => {
      assert.deepEqual(problemsOf(config), []);
    });
  }
}

/** A classic config with these keys of section `istio`. */
export const istio = (more: object): Config => ({ istio: { version: "1.4.6", ...more } });
