import type { Settings } from "../../settings/types";
import { isPassphrase, isSigningKey, signingKeySizes } from "../../settings/kialiSecrets";
import { signingKeyField } from "../istio/names";
import type { FoundLogin, FoundSecret } from "./found";

/** A field of Secret `kiali` that a setting can hold. */
export interface LoginField {
  readonly setting: "kialiPassphrase" | "kialiSigningKey";
  /** What it is to a person. */
  readonly title: string;
  /** Its key in the Secret. */
  readonly field: string;
  /** Whether a setting takes a text. */
  readonly isValid: (text: string) => boolean;
}

type Data = Readonly<Record<string, string>>;

const passphrase: LoginField = {
  ...{ setting: "kialiPassphrase", title: "Kiali's passphrase", field: "passphrase", isValid: isPassphrase },
};
const signingKey: LoginField = {
  ...{ setting: "kialiSigningKey", title: "Kiali's signing key", field: signingKeyField, isValid: isSigningKey },
};

/** The field that the settings' Kiali reads; `undefined` where the stack has no Kiali. */
export const loginField = ({ layout, kiali }: Pick<Settings, "layout" | "kiali">): LoginField | undefined =>
  kiali.enabled ? (layout === "classic" ? passphrase : signingKey) : undefined;

/** What a field holds as text, where it is one and a setting takes it. */
export function keptText({ field, isValid }: LoginField, data: Data): string | undefined {
  const bytes = Buffer.from(data[field] ?? "", "base64");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) && isValid(text) ? text : undefined;
}

function foundSecret(field: LoginField, data: Data): FoundSecret | undefined {
  const bytes = Buffer.from(data[field.field] ?? "", "base64").length;
  return bytes === 0 ? undefined : { bytes, isKept: keptText(field, data) !== undefined };
}

/** What an adoption has to know of Secret `kiali`: nothing that is secret in it. */
export const loginOf = (data: Data): FoundLogin => ({
  username: data["username"] && Buffer.from(data["username"], "base64").toString("utf8"),
  passphrase: foundSecret(passphrase, data),
  signingKey: foundSecret(signingKey, data),
});

const way = (setting: string, stack: string) =>
  `which takes its place: pulumi stack select --create ${stack}, then pulumi config set --secret jam-istio:${setting} --stack ${stack}`;

function signingKeyProblem({ bytes }: FoundSecret, stack: string): string {
  const sizes = `${signingKeySizes.slice(0, -1).join(", ")} or ${String(signingKeySizes.at(-1))}`;
  const why = signingKeySizes.includes(bytes)
    ? "is not one line of text without spaces at its ends, as a setting has it"
    : `has ${String(bytes)} bytes, and Kiali takes ${sizes}`;
  return `Kiali's signing key ${why}: set a new one, after which people log in once more, and ${way("kialiSigningKey", stack)}`;
}

/**
 * Why Kiali's login would not stay as it is, each with its way out.
 * @param own whether the settings have a passphrase, or a signing key, of their own
 */
export function loginProblems(login: FoundLogin, settings: Pick<Settings, "stack" | "layout" | "kiali">, own: boolean) {
  const field = loginField(settings);
  if (field === undefined) return [];
  const { username, ...secrets } = login;
  if (field.setting === "kialiSigningKey") {
    const key = secrets.signingKey;
    return own || key === undefined || key.isKept ? [] : [signingKeyProblem(key, settings.stack)];
  }
  return [
    ...(username === undefined || username === "" || username === settings.kiali.username
      ? []
      : [`Kiali's login is called ${username}: set kiali.username: ${username}. Another name would lock people out`]),
    ...(own || secrets.passphrase === undefined || secrets.passphrase.isKept
      ? []
      : [
          `Kiali's passphrase is shorter than 8 characters, or no single line: set a new one, ${way("kialiPassphrase", settings.stack)}`,
        ]),
  ];
}
