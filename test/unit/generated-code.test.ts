/** What is committed under proto/gen is what the contracts give today. */
import { expect, test } from 'vitest';
import { staleFiles } from '../../proto/generate.ts';

test('generated code is fresh: `npm run generate`', { timeout: 60_000 }, async () => {
  expect(await staleFiles()).toEqual([]);
});
