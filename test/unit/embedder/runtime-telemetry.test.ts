/** The encoder's runtime has a habit of reporting home; a phone tells nobody anything. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { cachedModel, cacheFolder } from '../../../services/embedder/adapters/model-cache.ts';
import { MODEL_FILE } from '../../../services/embedder/adapters/model-files.ts';

const NETWORK = join(import.meta.dirname, '../../../services/embedder/adapters/network.ts');

test('a phone that loads its encoder leaves no id and no reports in the home of its person', async () => {
  const model = join(await cachedModel(cacheFolder(), () => {}), MODEL_FILE);
  const home = await mkdtemp(join(tmpdir(), 'ringwall-home-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const program = `const { Network } = await import(${JSON.stringify(NETWORK)});
    const network = await Network.load(${JSON.stringify(model)});
    await network.run([[1, 2, 3]]);
    await network.close();`;
  const { PATH } = process.env;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { PATH, HOME: home },
  });
  expect(await readdir(home)).toEqual([]);
});
