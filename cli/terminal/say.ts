/** Tells a person what goes on: on standard error, as standard output is the result's. */
export const say = (line: string): boolean => process.stderr.write(`${line}\n`);
