/** A model is in memory from its first use until nobody has used it for a while. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ResidentModel } from '../../../services/embedder/adapters/resident-model.ts';
import { spellingModel } from './spelling-model.ts';

const IDLE_MS = 60_000;
const nothing = (): Promise<void> => Promise.resolve();

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function resident(model = spellingModel(8)) {
  const coldStarts: number[] = [];
  const loaded = (seconds: number): void => void coldStarts.push(seconds);
  return { model, coldStarts, resident: new ResidentModel({ model, idleMs: IDLE_MS, loaded }) };
}

test('it is loaded at its first use, once for all who use it at once', async () => {
  const { model, resident: kept, coldStarts } = resident();
  expect(model.loads).toBe(0);
  await Promise.all([kept.use(nothing), kept.use(nothing)]);
  await kept.use(nothing);
  expect(model.loads).toBe(1);
  expect(coldStarts).toHaveLength(1);
});

test('it is let go when it was idle for its time, and loaded again when it is wanted', async () => {
  const { model, resident: kept } = resident();
  await kept.use(nothing);
  await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
  expect(kept.resident).toBe(true);
  await kept.use(nothing);
  await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
  expect(model.closes).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(kept.resident).toBe(false);
  expect(model.closes).toBe(1);
  await kept.use(nothing);
  expect(model.loads).toBe(2);
});

test('it stays while something that takes long uses it', async () => {
  const { model, resident: kept } = resident();
  const long = Promise.withResolvers<void>();
  const using = kept.use(() => long.promise);
  await kept.use(nothing);
  await vi.advanceTimersByTimeAsync(10 * IDLE_MS);
  expect(model.closes).toBe(0);
  await kept.close();
  expect(model.closes).toBe(0);
  long.resolve();
  await using;
  await vi.advanceTimersByTimeAsync(0);
  expect(model.closes).toBe(1);
  await expect(kept.use(nothing)).rejects.toThrow('let go for good');
});

test('what cannot be loaded is tried again at the next use', async () => {
  const { model, resident: kept } = resident();
  const load = vi.spyOn(model, 'load').mockRejectedValueOnce(new Error('no such file'));
  await expect(kept.use(nothing)).rejects.toThrow('no such file');
  await kept.use(nothing);
  expect(load).toHaveBeenCalledTimes(2);
});
