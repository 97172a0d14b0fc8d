import { outWidth, wrap } from "../../tools/table";

/**
 * The end of a command's help.
 * @param example after `npm run`
 * @param codes each with what it means
 */
export const helpEnd = (example: string, codes: string) => `\nExample: npm run ${example}\nExit codes: ${codes}.`;

/** A help as wide as the terminal, or 80 columns; an example stays in one line, for whoever copies it. */
export function fitHelp(text: string, width = outWidth() ?? 80): string {
  const isExample = (line: string) => /^(Example:| )/.test(line);
  return text
    .split("\n")
    .map((line) => (line.length <= width || isExample(line) ? line : wrap(line, width)))
    .join("\n");
}
