/** `npm run boards`: writes the boards of boards/ as Grafana reads them, into dashboards/. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { dashboardOf } from './board.ts';
import { BOARDS } from './boards/all.ts';

const FOLDER = join(import.meta.dirname, 'dashboards');

/** Every board's text, by its file name. */
function files(): ReadonlyMap<string, string> {
  return new Map(BOARDS.map((board) => [`${board.uid}.json`, `${JSON.stringify(dashboardOf(board), null, 2)}\n`]));
}

/** Files that are not what the boards give today, missing and left-over ones included. */
export async function staleBoards(): Promise<string[]> {
  const wanted = files();
  const stale = (await readdir(FOLDER)).filter((name) => !wanted.has(name));
  for (const [name, text] of wanted) {
    if ((await readFile(join(FOLDER, name), 'utf8').catch(() => undefined)) !== text) stale.push(name);
  }
  return stale;
}

async function writeBoards(): Promise<void> {
  const wanted = files();
  for (const name of await readdir(FOLDER)) if (!wanted.has(name)) await rm(join(FOLDER, name));
  for (const [name, text] of wanted) await writeFile(join(FOLDER, name), text);
}

async function nameStale(): Promise<void> {
  const stale = await staleBoards();
  for (const name of stale) console.error(`grafana/dashboards/${name} is stale: run \`npm run boards\``);
  process.exitCode = stale.length > 0 ? 1 : 0;
}

if (import.meta.main) {
  await new Command('boards')
    .description('Writes the boards of grafana/boards as Grafana reads them, into grafana/dashboards.')
    .option('--check', 'name what is stale and exit with 1, changing nothing')
    .action((options: { readonly check?: true }) => (options.check ? nameStale() : writeBoards()))
    .parseAsync();
}
