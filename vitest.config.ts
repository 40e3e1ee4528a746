import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Timeouts end what hangs; they are no bar: a busy machine many times slower than the usual one keeps within them. What a
 * test waits for has patience of its own, shorter than these, and says what did not come true.
 */
const POLL_MS = 60_000;

/** Hundreds of processes are started, which have the same modules to compile. */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/ringwall/compiled') };

const project = (name: string, testTimeout: number, extra = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    env,
    expect: { poll: { timeout: POLL_MS } },
    ...extra,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 120_000),
      project('sim', 400_000),
      // Whole testnets of processes: one file at a time, or they starve each other on a small machine.
      project('integration', 400_000, { fileParallelism: false }),
      // Real phones, watched by a real Prometheus.
      project('watching', 600_000, { fileParallelism: false }),
      // In a real browser, on testnets of processes.
      project('e2e', 400_000, { fileParallelism: false }),
      // Needs a container engine: `npm run test:containers`.
      project('containers', 900_000, { fileParallelism: false, globalSetup: 'test/containers/engine/set-up.ts' }),
    ],
  },
});
