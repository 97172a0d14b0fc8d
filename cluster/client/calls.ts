import { isDebug } from "../../tools/errors";
import { isNotFound, reaching, reasonOf } from "./errors";

const parts = ["namespace", "name", "labelSelector", "fieldSelector"] as const;

/** A call of the client's API for a person: what is asked and where, never a body. */
function callText(method: string, [request]: readonly unknown[]): string {
  const given = (typeof request === "object" && request !== null ? request : {}) as Readonly<Record<string, unknown>>;
  const shown = parts.flatMap((part) => (typeof given[part] === "string" ? [`${part}=${given[part]}`] : []));
  return [method, ...shown].join(" ");
}

/**
 * Does something with the cluster; with `JAM_ISTIO_DEBUG=1` each call is printed with its end and how long it took.
 * @throws ClusterUnreachable where the cluster gives no answer; a refusal and a bug as they are
 */
export async function call<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  if (!isDebug()) return reaching(work);
  const begin = performance.now();
  const say = (end: string) => {
    console.error(`cluster: ${what}: ${end}, ${(performance.now() - begin).toFixed(0)} ms`);
  };
  try {
    const result = await reaching(work);
    say("done");
    return result;
  } catch (error) {
    say(reasonOf(error));
    throw error;
  }
}

/**
 * The API, whose calls say when it is the cluster that gives no answer.
 * @param onNotFound told of each answer 404; throws where it is not the API server's
 */
export function traced<T extends object>(api: T, onNotFound: (error: unknown) => Promise<void>): T {
  const ask = async (work: () => unknown) => {
    try {
      return await work();
    } catch (error) {
      if (isNotFound(error)) await onNotFound(error);
      throw error;
    }
  };
  return new Proxy(api, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]) =>
        call<unknown>(callText(String(key), args), () => ask(() => Reflect.apply(value, target, args)));
    },
  });
}
