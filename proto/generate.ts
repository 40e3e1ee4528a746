/** `npm run generate`: generates proto/gen from the contracts, with buf and ts-proto. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const generated = join(root, 'proto/gen');
const buf = join(root, 'node_modules/.bin/buf');

/** What `buf breaking` compares with: the contracts of the last release, committed so that no history is needed. */
export const RELEASED_CONTRACTS = 'proto/released.binpb';

/** Files of proto/gen that are not what the contracts give today: changed, missing or left over. */
export async function staleFiles(): Promise<string[]> {
  return await withFreshCode(async (fresh) => {
    const [wanted, present] = await Promise.all([contentsOf(fresh), contentsOf(generated)]);
    const names = new Set([...wanted.keys(), ...present.keys()]);
    return [...names].filter((name) => wanted.get(name) !== present.get(name)).sort();
  });
}

async function rewrite(): Promise<void> {
  await withFreshCode(async (fresh) => {
    await rm(generated, { recursive: true, force: true });
    await rename(fresh, generated);
  });
}

async function release(): Promise<void> {
  await run(buf, ['build', '--exclude-source-info', '--output', RELEASED_CONTRACTS], { cwd: root });
}

/** Generates into a folder beside the old code, on the same disk so that it can be renamed, and clears it away. */
async function withFreshCode<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(root, 'node_modules/.generated-'));
  try {
    await run(buf, ['generate', '--output', folder], { cwd: root });
    return await use(join(folder, 'proto/gen'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function contentsOf(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')] as const);
  return new Map(await Promise.all(read));
}

interface Options {
  readonly check?: true;
  readonly release?: true;
}

async function obey({ check, release: releasing }: Options): Promise<void> {
  if (check) {
    const stale = await staleFiles();
    for (const file of stale) console.error(`proto/gen/${file} is stale: run \`npm run generate\``);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  await rewrite();
  if (releasing) await release();
}

if (import.meta.main) {
  const command = new Command('generate')
    .description('Generates proto/gen from the contracts.')
    .addOption(new Option('--check', 'name what is stale and exit with 1, changing nothing').conflicts('release'))
    .option('--release', "also make today's contracts the ones that later changes must stay compatible with")
    .action(obey);
  try {
    await command.parseAsync();
  } catch (error) {
    // What buf has to say about the contracts is all there is to know; a stack of this script would bury it.
    const { stderr } = error as { stderr?: string };
    if (stderr === undefined) throw error;
    process.stderr.write(stderr);
    process.exitCode = 1;
  }
}
