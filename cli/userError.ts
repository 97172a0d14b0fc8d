/** An error that a person can act on: printed as it is, without a stack trace. */
export class UserError extends Error {}

/** Another's error as one that a person can act on: its message says what is wrong. */
export const asUserError = (error: unknown) => new UserError(error instanceof Error ? error.message : String(error));
