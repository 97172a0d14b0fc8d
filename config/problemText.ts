/** What is wrong with the settings, in one text for a person. */
export function problemText(stack: string, problems: readonly string[]): string {
  const count = problems.length === 1 ? "1 problem" : `${String(problems.length)} problems`;
  return [
    `${count} in the settings of stack ${stack}; nothing was changed:`,
    ...problems.map((line) => `  - ${line}`),
  ].join("\n");
}
