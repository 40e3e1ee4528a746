/** Waits until a condition holds, asking again a little later each time; fails with what it last saw. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (let pauseMs = 25; performance.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, 500)) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`${what}: did not come true within ${timeoutMs} ms`, { cause: lastError });
}
