import { say } from "../terminal/say";
import { UserError } from "../terminal/userError";

// Ctrl-C is one for the whole process: a command may open its stack more than once.
let interrupted = false;
let heeded = false;

/** Whether a person has interrupted this run. */
export const isInterrupted = () => interrupted;

/**
 * From now on Ctrl-C does not end this process, which waits for what it has begun: Pulumi gets it, too, and ends the step that it is
 * at. No other is begun.
 */
export function heedInterrupts(): void {
  if (heeded) return;
  heeded = true;
  process.on("SIGINT", () => {
    interrupted = true;
    say("stopping: what is begun is ended, nothing else is begun");
  });
}

/** @throws UserError where a person has interrupted this run */
export function unlessInterrupted(): void {
  if (interrupted)
    throw new UserError(
      "stopped by hand before the next step; what was done stays, and the same command goes on from there",
    );
}
