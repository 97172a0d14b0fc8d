/** The requests that a rule is for: an exact path, and all that begins with a text. */
export interface Paths {
  /** All paths that begin with this. */
  readonly prefix: string;
  /** One path more. */
  readonly exact?: string;
}

/**
 * The paths of a fault. `/auth` is the path and what lies below it; `/auth*` whatever begins so, `/authors` too; `/auth/` only
 * what lies below.
 */
export function pathsOf({ prefix = "/" }: { readonly prefix?: string | undefined }): Paths {
  if (prefix.endsWith("*")) return { prefix: prefix.slice(0, -1) };
  return prefix.endsWith("/") ? { prefix } : { prefix: `${prefix}/`, exact: prefix };
}

const starts = (text: string, { prefix, exact }: Paths) => text.startsWith(prefix) || text === exact;

/** Whether every path of `inner` is one of `outer`. */
export const coversPaths = (outer: Paths, inner: Paths) =>
  inner.prefix.startsWith(outer.prefix) && (inner.exact === undefined || starts(inner.exact, outer));
