/** A pattern of places in an object as a regular expression: `*` stands for anything but brackets and quotes, `**` for anything. */
function placePattern(pattern: string): RegExp {
  const parts = pattern.split(/(\*+)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? '[^\\[\\]"]*' : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}

/** Says of a place whether one of the patterns means it. @param patterns such as `webhooks[*].failurePolicy` */
export function placeFilter(patterns: readonly string[]): (path: string) => boolean {
  const all = patterns.map(placePattern);
  return (path) => all.some((pattern) => pattern.test(path));
}
