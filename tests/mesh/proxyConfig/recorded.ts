import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Answers of the administration of a real Envoy 1.40 that a real istiod 1.31 configured, with an HTTP fault on ct-webapp and one on
 * memcached; what the tests do not read is taken out.
 */
export const recorded = (name: "config_dump" | "clusters"): string =>
  readFileSync(join(__dirname, "recorded", `${name}.json`), "utf8");
