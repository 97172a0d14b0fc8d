import { withoutCredentials } from "../credentials";
import { isCredential } from "../install/plainCredentials";

/** What stands in a secret's place. */
const hidden = "***";

/** Shorter values are words that stand anywhere: to take them out would spoil every text and hide nothing. */
const shortest = 6;

/** What lets somebody in, whatever stands before it. */
const patterns: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
  // JSON Web Tokens, as service accounts have them.
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g,
  /\bgh[pousr]_[A-Za-z\d]{20,}\b/g,
];
const bearer = /\b(bearer|basic)\s+[\w+/=.~-]{6,}/gi;
// A key and its value, as JSON, YAML, a command line, a URL or a log have them; keys that are none are left as they are.
const pair = /(["']?)([\w.-]{2,60})\1(\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&"'{}[\]]+)/g;

const unquoted = (value: string) => value.replace(/^(["'])(.*)\1$/s, "$2");

/**
 * Makes what takes secrets out of texts: the values of Secrets wherever they stand, tokens, private keys, and the values of keys
 * that are called after a secret.
 * @param values of the Secrets of the cluster, in clear
 */
export function scrubber(values: readonly string[]): (text: string) => string {
  const known = values
    .flatMap((value) => [
      value,
      value.trim(),
      Buffer.from(value).toString("base64"),
      JSON.stringify(value).slice(1, -1),
    ])
    .filter((value) => value.length >= shortest);
  // The longest first: one may be a part of another.
  const literals = [...new Set(known)].sort((a, b) => b.length - a.length);
  return (text) => {
    let clear = text;
    for (const literal of literals) clear = clear.replaceAll(literal, hidden);
    for (const pattern of patterns) clear = clear.replace(pattern, hidden);
    clear = clear
      .replace(bearer, `$1 ${hidden}`)
      .replace(pair, (whole: string, quote: string, key: string, between: string, value: string) => {
        if (!isCredential(key, unquoted(value))) return whole;
        const mark = /^["']/.exec(value)?.[0] ?? "";
        return `${quote}${key}${quote}${between}${mark}${hidden}${mark}`;
      });
    return withoutCredentials(clear);
  };
}

/** An object of Kubernetes' for a report: what an environment variable holds is nobody else's business. */
export function withoutValues(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutValues);
  const entries = Object.entries(value)
    .filter(([key]) => !["managedFields", "kubectl.kubernetes.io/last-applied-configuration"].includes(key))
    .map(([key, inner]): [string, unknown] => {
      const isEnv = key === "env" && Array.isArray(inner);
      if (!isEnv) return [key, key === "caBundle" && inner !== "" ? hidden : withoutValues(inner)];
      const names = (inner as readonly { readonly name?: string }[]).map(({ name }) => ({ name, value: hidden }));
      return [key, names];
    });
  return Object.fromEntries(entries);
}
