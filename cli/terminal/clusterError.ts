import { reasonOf } from "../../cluster/client/errors";
import { isBug } from "../../tools/errors";
import { UserError } from "./userError";

/**
 * What went wrong at the cluster as an error for a person. A bug stays one, and says the same: what is to be done by hand
 * matters then, too.
 * @param what did not work, such as `the cluster cannot be read`
 * @param way what to do by hand, if there is something
 */
export function clusterError(what: string, error: unknown, way?: string): unknown {
  if (error instanceof UserError) return error;
  const text = `${what}: ${reasonOf(error)}${way === undefined ? "" : `. ${way}`}`;
  return isBug(error) ? new Error(text, { cause: error }) : new UserError(text, { cause: error });
}
