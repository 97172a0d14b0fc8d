import { isBug, messageOf } from "../../tools/errors";

/** An error that a person can act on: printed as it is, without a stack trace. */
export class UserError extends Error {}

/** Another's error as one that a person can act on: its message says what is wrong. A bug stays a bug. */
export const asUserError = (error: unknown): unknown =>
  isBug(error) ? error : new UserError(messageOf(error), { cause: error });
