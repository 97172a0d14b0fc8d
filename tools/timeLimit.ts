/**
 * A signal that is aborted after a time, in milliseconds; it keeps no process alive. To be used in `AbortSignal.any`: that does
 * not hold its sources, and Node forgets an `AbortSignal.timeout` which nobody else holds when it next collects memory: the time
 * never ends (seen with Node 20.20).
 */
export function timeLimit(ms: number): AbortSignal {
  const limit = new AbortController();
  setTimeout(() => {
    limit.abort();
  }, ms).unref();
  return limit.signal;
}
