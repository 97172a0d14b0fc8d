import { createInterface } from "node:readline/promises";

/** Whether there is a person to ask. */
export const canAsk = (): boolean => process.stdin.isTTY;

/**
 * Asks a person on the terminal, as often as the work wants. Without an answer (Ctrl-D) a question would stay open for ever: its
 * answer is `undefined` then.
 */
export async function onTerminal<T>(
  work: (question: (text: string) => Promise<string | undefined>) => Promise<T>,
): Promise<T> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<undefined>((resolve) =>
    terminal.once("close", () => {
      resolve(undefined);
    }),
  );
  try {
    return await work((text) => Promise.race([terminal.question(text), closed]));
  } finally {
    terminal.close();
  }
}

/** Asks a person; nothing but `yes` agrees. */
export async function ask(question: string): Promise<boolean> {
  const answer = await onTerminal((put) => put(`${question} Only "yes" does: `));
  return answer?.trim() === "yes";
}
