/** A value that must not stand in clear. */
export interface PlainCredential {
  /** Where it is below the values: `.global.tracer.accessToken`. */
  readonly path: string;
  /** What it is taken for, as the end of a sentence that begins with the path; never its value. */
  readonly what: string;
}

/** A key as its words: `accessToken`, `access-token` and `ACCESS_TOKEN` are `access token`. */
const wordsOf = (key: string) =>
  key
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .split(/[^A-Za-z\d]+/)
    .join(" ")
    .trim()
    .toLowerCase();

const credentialKey = new RegExp(
  [
    "pass ?(word|phrase|wd|code)s?",
    "\\bpwd",
    "token",
    "credentials?",
    "(api|access|account|encryption|private|secret|shared|signing) ?key",
    "(app|client|consumer|hmac|shared) ?secret",
  ]
    .map((one) => `${one}$`)
    .join("|"),
);

/** A key such as `tlsSecret` or `existingSecret` has the name of a Secret more often than a secret. */
const secretKey = /\bsecret$/;
const nameOfSecret = /^[a-z\d]([-a-z\d.]*[a-z\d])?$/;

// A switch, the path of a file, a variable of the pod, Kiali's reference to a Secret's key: none of them is the secret itself.
const harmless = [
  /^(true|false|yes|no|on|off|0|1)?$/i,
  /^(\/[\w.-]+){2,}$/,
  /^\$[({][\w.-]+[)}]$/,
  /^secret:[^:\s]+:[^:\s]+$/,
  // Which of its tokens Kiali sends.
  /^(id|access)_token$/,
];

/** Whether a value is a secret, by the name of its key. */
export function isCredential(key: string, value: string): boolean {
  const words = wordsOf(key);
  if (harmless.some((pattern) => pattern.test(value.trim()))) return false;
  if (words === "authorization") return /^\s*(basic|bearer)\s/i.test(value);
  return credentialKey.test(words) || (secretKey.test(words) && !nameOfSecret.test(value));
}

const inText: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: "holds a private key in clear" },
  { pattern: /[a-z][a-z\d+.-]*:\/\/[^\s/?#@"']+@/i, what: "holds a URL with credentials in clear" },
  {
    pattern: /[?&;](access_?token|api_?key|auth_?token|pass(word|wd)|pwd|secret|token)=[^\s&;$]/i,
    what: "holds a URL with credentials in clear",
  },
];

function ofScalar(key: string, value: unknown, path: string): readonly PlainCredential[] {
  if (typeof value !== "string" && typeof value !== "number") return [];
  const text = String(value);
  if (isCredential(key, text)) return [{ path, what: "looks like a secret in clear" }];
  const found = inText.find(({ pattern }) => pattern.test(text));
  return found === undefined ? [] : [{ path, what: found.what }];
}

function search(key: string, value: unknown, path: string): readonly PlainCredential[] {
  if (typeof value !== "object" || value === null) return ofScalar(key, value, path);
  if (Array.isArray(value)) return value.flatMap((item, at) => search(key, item, `${path}[${String(at)}]`));
  const { name } = value as { readonly name?: unknown };
  return Object.entries(value).flatMap(([inner, item]) =>
    // Of an environment variable the name says what its value is.
    search(inner === "value" && typeof name === "string" ? name : inner, item, `${path}.${inner}`),
  );
}

/**
 * Helm values that look like credentials: by the name of their key, or because they are a URL with a user, or a private key.
 * Values stand in clear in Helm's record, in the stack's state and in what `render` writes.
 */
export const plainCredentials = (values: unknown): readonly PlainCredential[] => search("", values, "");
