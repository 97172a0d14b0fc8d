/** Ends this process soon, also where a connection that nobody answers is still open; what was printed is out by then. */
export function endSoon(): void {
  setTimeout(() => process.exit(), 1000).unref();
}
