/** Reads from the ring that one request has under way at once: more would only queue at the phone's own router. */
export const PARALLEL_READS = 16;
/** The same of a page of posts, which somebody waits for: 32 of them, at two reads each, are one round trip. */
export const PARALLEL_PAGE_READS = 64;

/** Maps items through an asynchronous function, at most `limit` of them at once; results stand in the items' order. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length });
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
