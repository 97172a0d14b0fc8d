/**
 * The end of a command's help.
 * @param example after `npm run`
 * @param codes each with what it means
 */
export const helpEnd = (example: string, codes: string) => `\nExample: npm run ${example}\nExit codes: ${codes}.`;
