/** An error that a person can act on: printed as it is, without a stack trace. */
export class UserError extends Error {}
