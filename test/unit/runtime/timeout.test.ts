import { describe, expect, it } from 'vitest';
import { startTimeout } from '../../../services/shared/runtime/timeout.ts';

/** Stands still, as a stopped process does. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a timeout', () => {
  it('fires', async () => {
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      startTimeout(20, resolve);
    });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19);
  });

  it('gives what is already there its turn first, after a stall', async () => {
    const order: string[] = [];
    const fired = new Promise<void>((resolve) => {
      startTimeout(100, () => {
        order.push('timeout');
        resolve();
      });
    });
    setTimeout(() => {
      setImmediate(() => setTimeout(() => order.push('answer'), 20));
    }, 1);
    stall(200);
    await fired;
    expect(order).toEqual(['answer', 'timeout']);
  });

  it('does not fire once cancelled, at whatever stage', async () => {
    let fired = false;
    const cancel = startTimeout(10, () => {
      fired = true;
    });
    stall(100);
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
    cancel();
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(fired).toBe(false);
  });
});
