import { isMap } from "../../config/raw";
import { readYaml } from "../../config/yaml";
import { sha256 } from "./canonical";

function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function find(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => find(item, `${path}[${String(at)}]`));
  if (!isMap(value)) return [];
  const { secure } = value;
  if (typeof secure === "string" && Object.keys(value).length === 1) return [[path, sha256(secure)]];
  return Object.entries(value).flatMap(([key, item]) => find(item, below(path, key)));
}

/**
 * The secrets of a stack file by their place, such as `jam-istio:kialiPassphrase`, each as a digest of its ciphertext: that one
 * is random and says nothing of the secret.
 */
export function ciphertextsOf(stackFile: string): Readonly<Record<string, string>> {
  const content = readYaml(stackFile);
  return isMap(content) ? Object.fromEntries(find(content["config"], "")) : {};
}
