/**
 * Enough for a machine that is many times slower, and busy: what comes true costs no more time for it. Shorter than any
 * test may take, so that it is told what did not come true.
 */
export const PATIENCE_MS = 150_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

/**
 * Waits until a condition holds, asking again a little later each time; fails with what it last saw, also when the probe
 * itself never comes back.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (
    let pauseMs = FIRST_PAUSE_MS;
    performance.now() < deadline;
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)
  ) {
    try {
      const value = await answerBefore(deadline, probe(), lastError);
      if (value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`${what}: did not come true within ${timeoutMs} ms`, { cause: lastError });
}

/** `before`: what the answer before this one was, told with the silence. */
async function answerBefore<T>(deadline: number, answer: Promise<T>, before: unknown): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const silent = (): void => reject(new Error('whoever was asked last has not answered', { cause: before }));
    timer = setTimeout(silent, deadline - performance.now());
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
