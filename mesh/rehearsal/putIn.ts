/** What became of the objects of a real cluster in a rehearsal's. */
export interface PutIn {
  /** How many of which kind were created. */
  readonly created: Readonly<Record<string, number>>;
  /** What was there by the stack's own doing. */
  readonly there: readonly string[];
  /** What the API server did not take, with its words. */
  readonly refused: readonly string[];
  /** How many of which kind are left out. */
  readonly left: Readonly<Record<string, number>>;
}
