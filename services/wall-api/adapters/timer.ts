/** Calls back once, after so many milliseconds; the answer calls it off. Does not keep the process alive by itself. */
export function after(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
}
