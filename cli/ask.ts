import { createInterface } from "node:readline/promises";

/** Whether there is a person to ask. */
export const canAsk = (): boolean => process.stdin.isTTY;

/** Asks a person; nothing but `yes` agrees. */
export async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Without an answer (Ctrl-D) the question would stay open for ever.
  const closed = new Promise<string>((resolve) =>
    terminal.once("close", () => {
      resolve("no");
    }),
  );
  const answer = await Promise.race([terminal.question(`${question} Only "yes" does: `), closed]);
  terminal.close();
  return answer.trim() === "yes";
}
