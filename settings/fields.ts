import { closest } from "fastest-levenshtein";
import { isIP } from "node:net";
import { z } from "zod";

/** A value that a person can write, with the text that says what is allowed there. */
type Rule = { readonly allowed: string; readonly describe: string };

const error = (allowed: string) => ({ error: () => allowed });

/** A non-empty string that `test` accepts. */
export function text(rule: Rule & { test?: (value: string) => boolean }) {
  const test = rule.test ?? ((value: string) => value.trim() !== "");
  return z
    .string(error(rule.allowed))
    .refine(test, error(rule.allowed))
    .meta({ description: rule.describe, allowed: rule.allowed });
}

/** `true` or `false`. */
export function flag(describe: string) {
  return z.boolean(error("true or false")).meta({ description: describe, allowed: "true or false" });
}

/** A whole number between two bounds, both included. */
export function whole(min: number, max: number, describe: string) {
  const allowed = `a whole number from ${String(min)} to ${String(max)}`;
  return z
    .int(error(allowed))
    .min(min, error(allowed))
    .max(max, error(allowed))
    .meta({ description: describe, allowed });
}

/** One of a few words. */
export function word<const T extends readonly [string, ...string[]]>(values: T, describe: string) {
  const allowed = values.join(" or ");
  return z.enum(values, error(allowed)).meta({ description: describe, allowed });
}

/** What to say of a key that the contract does not have. */
export function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key "${key}", the nearest known one is "${closest(key, known)}" (known: ${known.join(", ")})`;
}

/** A map with known keys only. */
export function map<T extends z.ZodRawShape>(shape: T, describe: string) {
  const known = Object.keys(shape);
  const allowed = `a map with the keys ${known.join(", ")}`;
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === "unrecognized_keys" ? issue.keys.map((key) => unknownKey(key, known)).join("; ") : allowed,
    })
    .meta({ description: describe, allowed });
}

/** A list, in the order written. */
export function list<T extends z.ZodType>(item: T, describe: string, allowed = "a list") {
  return z.array(item, error(allowed)).meta({ description: describe, allowed });
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether a string is a Kubernetes name of at most 63 characters (RFC 1123 label). */
export function isLabel(value: string): boolean {
  return label.test(value);
}

/** Whether a string is a full DNS name: two labels or more, lower case, no IP address. */
export function isHostName(value: string): boolean {
  return (
    value.length <= 253 &&
    value.includes(".") &&
    isIP(value) === 0 &&
    value.split(".").every(isLabel) &&
    !/\.\d+$/.test(value)
  );
}

const hostAllowed = "a full DNS name in lower case such as db.example.com, no IP address, no scheme, no port";

/** A DNS name outside the mesh. */
export function hostName(describe: string) {
  return text({ allowed: hostAllowed, describe, test: isHostName });
}

/** A DNS name, or `*.` before one. */
export function hostPattern(describe: string) {
  return text({
    allowed: `${hostAllowed}; or such a name after "*."`,
    describe,
    test: (value) => isHostName(value.startsWith("*.") ? value.slice(2) : value),
  });
}

/** A name as Kubernetes takes it for namespaces and Services. */
export function kubernetesName(describe: string) {
  return text({
    allowed: "a Kubernetes name: at most 63 of a-z, 0-9 and -, no - at the ends",
    describe,
    test: isLabel,
  });
}

/** An IP address. */
export function ipAddress(describe: string) {
  return text({ allowed: "an IP address such as 10.1.2.3, no range", describe, test: (value) => isIP(value) !== 0 });
}

/** An IP address, or a range in CIDR notation. */
export function address(describe: string) {
  return text({
    allowed: "an IP address or a range such as 10.1.0.0/16",
    describe,
    test: (value) => {
      const [ip = "", bits, ...rest] = value.split("/");
      const max = isIP(ip) === 4 ? 32 : 128;
      return (
        isIP(ip) !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= max))
      );
    },
  });
}
