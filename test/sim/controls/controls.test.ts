/** Deliberate breakages of the real core are caught. They are loaded by Node itself, for a changed source is to run. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { projectFiles, textOf } from '../../unit/house/source.ts';
import { mutated } from './mutated-import.ts';
import { MUTATIONS } from './mutations.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

test('each breakage fits the code', () => {
  const files = projectFiles('.ts');
  for (const mutation of MUTATIONS) {
    expect(files).toContain(mutation.file);
    expect(mutated(textOf(mutation.file), mutation)).not.toBe(textOf(mutation.file));
  }
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(6);
});

test('each breakage that shows soon is caught', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['test/sim/controls/slice.ts'], { cwd: ROOT });
  const common = MUTATIONS.filter(({ isRare }) => isRare !== true);
  expect(common.length).toBeGreaterThanOrEqual(6);
  expect(stdout.trim().split('\n').slice(2)).toEqual(
    common.map(({ name }) => expect.stringMatching(new RegExp(`^\\| ${name} \\| [\\w-]+ \\| `))),
  );
});
