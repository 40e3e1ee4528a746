/** Stops the program where its own logic is broken. Never for bad input: that gets an error of its own. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`);
}
