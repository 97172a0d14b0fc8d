import { parseSettings } from "../../config/parse";
import type { Settings } from "../../settings/types";

/** What a test says of a stack: sections by their short name, as a person would write them. */
export type Sections = Readonly<Record<string, unknown>>;

/** How the sections are handed over. */
export interface StackOptions {
  readonly stack?: string;
  /** Given as a secret, as `pulumi config set --secret` does. */
  readonly kialiPassphrase?: string;
  readonly kialiSigningKey?: string;
}

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Parses sections as the program does; gives the problems when there are some. */
export function parsed(sections: Sections, options: StackOptions = {}) {
  const secrets = ["kialiPassphrase", "kialiSigningKey"].filter((key) => key in options);
  const given = { ...sections, ...options };
  const values = Object.entries(given)
    .filter(([key]) => key !== "stack")
    .map(([key, value]) => [`jam-istio:${key}`, asText(value)] as const);
  const secretKeys = secrets.map((key) => `jam-istio:${key}`);
  return parseSettings({ values: Object.fromEntries(values), secretKeys }, options.stack ?? "dev701");
}

/** Settings from sections. @throws Error naming the problems: a test's settings must be valid */
export function settingsOf(sections: Sections, options: StackOptions = {}): Settings {
  const result = parsed(sections, options);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result.settings;
}

/** The newest version of either layout that the chart mirror holds, and the layouts' own words for them. */
export const classicVersion = "1.4.6";
export const modernVersion = "1.30.3";

/** External services as the repository's own stacks have them. */
export const external = {
  mysql: { external: true, externalHostName: "db.example.com" },
  dataStorage: { mode: "aws", region: "eu-central-1" },
  mail: { external: true, externalHostName: "smtp.example.com" },
} as const;
