/** What is committed though it is made: it is what the sources give today. */
import { expect, test } from 'vitest';
import { isRuleStale } from '../../k8s/generate.ts';
import { staleFiles } from '../../proto/generate.ts';

test('generated code is fresh: `npm run generate`', async () => {
  expect(await staleFiles()).toEqual([]);
});

test('the rules that the Prometheus operator reads are those of prometheus/rules: `npm run manifests`', async () => {
  expect(await isRuleStale()).toBe(false);
});
