import { text } from "./fields";

/** Whether a text can be Kiali's passphrase. */
export const isPassphrase = (value: string) => value.length >= 8 && !/[\r\n]/.test(value);

/** Kiali's passphrase. */
export const kialiPassphrase = text({
  allowed: "a secret of 8 characters or more: pulumi config set --secret jam-istio:kialiPassphrase",
  describe: "Kiali's passphrase in the classic layout, as a secret. Default: generated, 32 characters.",
  test: isPassphrase,
})
  .meta({ secret: true })
  .optional();

/**
 * How many bytes the key with which Kiali seals its sessions can have: those of AES. With any other number Kiali ends at its start,
 * unless it lets everybody in (`auth.strategy: anonymous`).
 * @see https://github.com/kiali/kiali/blob/master/config/config.go validateSigningKey
 */
export const signingKeySizes: readonly number[] = [16, 24, 32];

/**
 * Whether Kiali takes a text as its signing key. White space at the ends counts in some versions of Kiali, in others it is cut off:
 * a key that has it is none.
 */
export const isSigningKey = (value: string) =>
  value === value.trim() && !/[\r\n]/.test(value) && signingKeySizes.includes(Buffer.byteLength(value, "utf8"));

/** The key with which Kiali seals its sessions. */
export const kialiSigningKey = text({
  allowed:
    "a secret of 16, 24 or 32 characters, the lengths that Kiali takes: pulumi config set --secret jam-istio:kialiSigningKey",
  describe:
    "The key with which Kiali seals the sessions of those who are logged in, modern layout, as a secret; `adopt` keeps the one " +
    "that is there. Default: generated, 32 characters.",
  test: isSigningKey,
})
  .meta({ secret: true })
  .optional();
