import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number, extra = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    ...extra,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 20_000),
      project('sim', 120_000),
      // Whole testnets of processes: one file at a time, or they starve each other on a small machine.
      project('integration', 180_000, { fileParallelism: false }),
      // Real phones, watched by a real Prometheus.
      project('watching', 300_000, { fileParallelism: false }),
      // In a real browser, on testnets of processes.
      project('e2e', 180_000, { fileParallelism: false }),
      // Needs a container engine: `npm run test:containers`.
      project('containers', 300_000, { fileParallelism: false, globalSetup: 'test/containers/engine/set-up.ts' }),
    ],
  },
});
