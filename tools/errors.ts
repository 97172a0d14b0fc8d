/** What an error says; of anything else that was thrown, its text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The first line of it, without the word that Helm and Pulumi begin theirs with. */
export const lineOf = (error: unknown): string => (messageOf(error).split("\n")[0] ?? "").replace(/^Error: /, "");

/** Whether the program itself is wrong: what no input and no cluster can be the reason of. */
export const isBug = (error: unknown): boolean =>
  [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);

/** Whether a person asked for stacks, causes, and each call to the cluster: `JAM_ISTIO_DEBUG=1`. */
export const isDebug = (): boolean => process.env["JAM_ISTIO_DEBUG"] === "1";

/**
 * An error without its frames in packages: the SDK prints it in colours, and Node never comes to the end of colouring such a
 * frame there. The engine would wait for ten seconds, until it kills the program, which meanwhile takes three gigabytes.
 */
export function withoutPackages(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (const inner of [error.cause, ...(error instanceof AggregateError ? (error.errors as unknown[]) : [])])
    withoutPackages(inner);
  if (error.stack !== undefined)
    error.stack = error.stack
      .split("\n")
      .filter((line) => !/^\s+at .*node_modules/.test(line))
      .join("\n");
  return error;
}
