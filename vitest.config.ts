import { defineConfig } from 'vitest/config';

const project = (name: string, folder: string, testTimeout: number, extra = {}) => ({
  test: { name, include: [`${folder}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 'test/unit', 20_000),
      project('sim', 'test/sim', 120_000),
      // Whole testnets of processes: one file at a time, or they starve each other on a small machine.
      project('integration', 'test/integration', 180_000, { fileParallelism: false }),
    ],
  },
});
