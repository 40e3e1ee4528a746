/** A file of scenarios/ played on containers by the command that people use: smaller, and to the same end. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ROOT } from '../../containers/program.ts';

/** Added to the file's own section `on`: what is left out there is as the file says it. */
const ON_CONTAINERS = `
  containers:
    duration: 30s
    settle: 3min
    sample-every: 2s
    population: { phones: 9 }
    outages:
      - { at: 10s, crash: 33% }
    workload: { people: 9, records: 100 }
    assertions:
      - reads-stale = 0
      - reads-undead = 0
      - ring-whole-after <= 3min from 10s
      - records-lost = 0
      - records-undead = 0
`;

it('phones that die all at once lose nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scenario-'));
  try {
    const file = join(folder, 'a-third-dies.yaml');
    await writeFile(file, `${await readFile(join(ROOT, 'scenarios/half-dies.yaml'), 'utf8')}${ON_CONTAINERS}`);
    const card = join(folder, 'card.html');
    const command = ['--import', './require-node.mjs', 'test/scenario/main.ts', file];
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [...command, '--on', 'containers', '--card', card],
      { cwd: ROOT },
    ).catch((error: Error & { stdout: string }) => Promise.reject(new Error(`${error.message}\n${error.stdout}`)));
    expect(`${stdout}${stderr}`).toContain('records-lost');
    expect(await readFile(card, 'utf8')).toContain('npm run scenario');
  } finally {
    await rm(folder, { recursive: true });
  }
});
