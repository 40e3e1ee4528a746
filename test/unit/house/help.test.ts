/** Every command of ours answers `--help` and does nothing else: people try that first. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** Those that run a file of ours, and not a tool. */
const commands = Object.entries(scripts).filter(([, command]) => command.includes('--import ./require-node.mjs'));
/** As npm would have it. */
const env = { ...process.env, PATH: `${join(process.cwd(), 'node_modules/.bin')}:${process.env['PATH']}` };

test.concurrent.each(commands)('npm run %s -- --help', async (_name, command) => {
  const { stdout } = await run('sh', ['-c', `${command} --help`], { env });
  expect(stdout).toMatch(/^(?:Usage: |[a-z-]+: .*\n\nEnvironment)/);
});

test('commands of ours are found', () => {
  expect(commands.map(([name]) => name)).toEqual(expect.arrayContaining(['start', 'generate', 'image', 'bench']));
});
