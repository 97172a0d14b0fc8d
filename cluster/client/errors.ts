import { withoutCredentials } from "../../mesh/credentials";
import { isBug } from "../../tools/errors";

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

export const isNotFound = (error: unknown) => codeOf(error) === 404;
/** Whether the API server says that no such object may be. */
export const isInvalid = (error: unknown) => codeOf(error) === 422;
/** Whether an object of the name is there already. */
export const isConflict = (error: unknown) => codeOf(error) === 409;
/** Whether the API server, or a webhook behind it, answered with an error. */
export const isAnswer = (error: unknown) => typeof codeOf(error) === "number";
/**
 * Whether nobody knows what becomes of a change that was asked for: no answer came, or one of something in between that had none, such
 * as etcd's. Another 500 is that of a webhook which failed, and nothing was changed.
 */
export const isUnknown = (error: unknown) =>
  error instanceof ClusterUnreachable ||
  [502, 504].includes(Number(codeOf(error))) ||
  (codeOf(error) === 500 && refusalOf(error).startsWith("etcdserver: "));
/** Whether the API server said no to the request itself: as malformed, not permitted, unknown, or against a policy. */
export const isRefused = (error: unknown) => [400, 403, 404, 409, 422].includes(Number(codeOf(error)));
export const isDenied = (error: unknown) => codeOf(error) === 403;

/** `undefined` on 403 and 404; callers skip the check that needs it. */
export async function optional<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isNotFound(error) || isDenied(error)) return undefined;
    throw error;
  }
}

/** The cluster cannot be found, or does not answer: the one failure that a check may go on with. */
export class ClusterUnreachable extends Error {}

/** Whether it is what the cluster failed with: a refusal, or no answer. */
const isOfCluster = (error: unknown) => error instanceof ClusterUnreachable || isAnswer(error);

/** Does something with the cluster. @throws ClusterUnreachable where it gives no answer; a refusal and a bug as they are */
export async function reaching<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isOfCluster(error) || isBug(error)) throw error;
    throw new ClusterUnreachable(reasonOf(error), { cause: error });
  }
}

/**
 * Lets what the cluster failed with pass, for a check that goes on without it. Anything else is a bug: taken for a cluster
 * that does not answer it would let through what nobody judged.
 * @throws Error with the stack of anything else
 */
export function unlessInternal(error: unknown): void {
  if (isOfCluster(error)) return;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  throw new Error(`internal error in jam-istio; nothing was judged: ${text}`, { cause: error });
}

/** The API's Status in the body of an error, of the client's and of this program's own; `undefined` where there is none. */
function statusOf(error: unknown): { readonly kind?: unknown; readonly message?: unknown } | undefined {
  const body = typeof error === "object" && error !== null && "body" in error ? error.body : undefined;
  try {
    return (JSON.parse(String(body)) as object | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whether an answer was written by an API server, and not by something before it. */
export const isStatus = (error: unknown) => statusOf(error)?.kind === "Status";

/** What the API server, or a webhook, said when it refused. */
export function refusalOf(error: unknown): string {
  const message = statusOf(error)?.message;
  return typeof message === "string" && message !== "" ? message : reasonOf(error);
}

/** What of an error a person needs: its reason, without headers and bodies. */
export function reasonOf(error: unknown): string {
  if (isDenied(error)) return "not permitted (HTTP 403)";
  const code = codeOf(error);
  if (typeof code === "number") return `HTTP ${String(code)}`;
  const parts: string[] = [];
  for (let at: unknown = error; at instanceof Error && parts.length < 3;) {
    // A connection that several addresses refused is one error with many.
    if (at instanceof AggregateError && at.message === "" && at.errors[0] !== at) {
      at = at.errors[0];
    } else {
      parts.push(at.message.split("\n")[0]?.trim() ?? "");
      at = at.cause;
    }
  }
  return withoutCredentials([...new Set(parts)].filter((part) => part !== "").join(": ") || String(error));
}
