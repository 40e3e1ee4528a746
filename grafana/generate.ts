/**
 * Writes the boards of boards/ as Grafana reads them, into dashboards/.
 *
 *     npm run boards               rewrite them
 *     npm run boards -- --check    name what is stale and exit 1, changing nothing
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  if (values.check) {
    const stale = await staleBoards();
    for (const name of stale) console.error(`grafana/dashboards/${name} is stale: run \`npm run boards\``);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    await writeBoards();
  }
}
