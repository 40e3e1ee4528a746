/** Something the person at the keyboard can put right. Its message is one line: what happened, and what to do. */
export class TestnetError extends Error {
  override readonly name = 'TestnetError';
}

/** The code of a fault of the operating system, such as EACCES; undefined when the error is none. */
export function systemCode(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
