import { scryptSync } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../render/objects";
import { nameOf } from "../compare/changes";
import { hideSecrets } from "../compare/secrets";
import { canonical } from "./canonical";

/** Slow on purpose: nobody tries out words against it in passing. */
const digest = (text: string, salt: string) => scryptSync(text, Buffer.from(salt, "hex"), 32).toString("hex");

/**
 * Objects without the values that may let somebody in, and of each object that had some a digest, by its name.
 * @param salt of the plan, hexadecimal
 */
export function conceal(
  objects: readonly KubernetesObject[],
  salt: string,
): { readonly objects: readonly KubernetesObject[]; readonly hidden: Readonly<Record<string, string>> } {
  const hidden: Record<string, string> = {};
  const shown = objects.map((object) => {
    const plain = JSON.parse(JSON.stringify(object)) as KubernetesObject;
    const masked = hideSecrets("", plain) as KubernetesObject;
    const name = nameOf(object);
    if (!isDeepStrictEqual(plain, masked)) hidden[name] = digest((hidden[name] ?? "") + canonical(plain), salt);
    return masked;
  });
  return { objects: shown, hidden };
}
