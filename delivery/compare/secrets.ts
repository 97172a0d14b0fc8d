import { isMap, secretPlaceholder } from "../../config/raw";
import { withoutCredentials } from "../../mesh/credentials";
import { plainCredentials } from "../../mesh/install/plainCredentials";
import type { Change, Hunk } from "./changes";

const privateKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g;

/** A text without the private keys in it: of some lines of one nothing says what they are. */
export const withoutPrivateKeys = (text: string): string => text.replace(privateKey, secretPlaceholder);

const holdsSecret = (key: string, value: unknown) => plainCredentials({ [key]: value }).length > 0;

/** What a text has of the form `password: x`, `"token": "x"` or `--api-key=x`. */
const keyed = /(?<![\w.-])([\w.-]{1,64})(["']?\s{0,9}[:=]\s{0,9}["']?)([^\s"',]+)/g;

/** Kubectl's copy of an object, with all that is in it. */
const copyOfObject = "kubectl.kubernetes.io/last-applied-configuration";

/** A text may hold whole files: each key in it is looked at. */
function hideInText(key: string, text: string): string {
  if (key === copyOfObject || (!text.includes("\n") && holdsSecret(key, text))) return secretPlaceholder;
  const shown = withoutPrivateKeys(text).replace(keyed, (whole, inner: string, sign: string, value: string) =>
    holdsSecret(inner.replace(/^-+/, ""), value) ? `${inner}${sign}${secretPlaceholder}` : whole,
  );
  return withoutCredentials(shown);
}

/** A value of which nobody can take a secret. @param key what the value is called */
export function hideSecrets(key: string, value: unknown): unknown {
  if (typeof value === "string") return hideInText(key, value);
  if (typeof value === "number") return holdsSecret(key, value) ? secretPlaceholder : value;
  if (Array.isArray(value)) return value.map((item) => hideSecrets(key, item));
  if (!isMap(value)) return value;
  const { name } = value;
  return Object.fromEntries(
    Object.entries(value).map(([inner, item]) => [
      inner,
      // Of an environment variable the name says what its value is.
      hideSecrets(inner === "value" && typeof name === "string" ? name : inner, item),
    ]),
  );
}

function hideInHunks(key: string, hunks: readonly Hunk[]): readonly Hunk[] {
  return hunks.map((hunk) => ({
    ...hunk,
    lines: hunk.lines.map((line) => `${line.slice(0, 1)}${hideInText(key, line.slice(1))}`),
  }));
}

/** What the value at a place is called: its key, or the name of the variable that it is the value of. */
function keyOf(path: string): string {
  const [, variable] = /\[([^[\]"]+)\]\.value$/.exec(path) ?? [];
  const [, quoted, plain] = /(?:\["([^"]*)"\]|([^.[\]]+)(?:\[[^"\]]*\])?)$/.exec(path) ?? [];
  return variable ?? quoted ?? plain ?? "";
}

/** Whether all that stands at a place is secret: what a Secret holds, and a copy of a whole object. */
const isSecretData = (kind: string, path: string) =>
  (kind === "Secret" && /^(data|stringData)\b/.test(path)) || path.includes(copyOfObject);

/** A change without what may let somebody in. That something changed is still seen. @param kind of the object */
export function withoutSecrets(kind: string, change: Change): Change {
  const { path } = change;
  const all = isSecretData(kind, path);
  const hide = (value: unknown) => (all ? secretPlaceholder : hideSecrets(keyOf(path), value));
  if (change.kind === "text") {
    if (all) return { path, kind: "changed", before: secretPlaceholder, after: secretPlaceholder };
    return { ...change, hunks: hideInHunks(keyOf(path), change.hunks) };
  }
  if (change.kind === "order") return change;
  if ("value" in change) return { ...change, value: hide(change.value) };
  return { ...change, before: hide(change.before), after: hide(change.after) };
}
