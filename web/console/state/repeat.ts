/** Does something again and again while the page is looked at, each time a while after the last. */

/** Faults are for the next time. Gives what ends it. */
export function repeat(everyMs: number, work: (abort: AbortSignal) => Promise<void>): () => void {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async (): Promise<void> => {
    if (!document.hidden) await work(controller.signal).catch(() => undefined);
    if (!controller.signal.aborted) timer = setTimeout(() => void turn(), everyMs);
  };
  void turn();
  return () => {
    controller.abort();
    clearTimeout(timer);
  };
}
