/**
 * Ends this process soon, also where something that is of no use any more is still open: a connection that nobody answers, a plugin
 * for credentials. What was printed is out by then.
 */
export function endSoon(): void {
  setTimeout(() => {
    const { writableLength, destroyed } = process.stdout;
    // A reader that is slow gets all of it.
    if (writableLength > 0 && !destroyed) endSoon();
    else process.exit();
  }, 1000).unref();
}
