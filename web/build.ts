/** `npm run web`: builds the pages, and says on standard output where they are. */
import { parseArgs } from 'node:util';
import { buildWallPage } from './pages.ts';

const HELP = `Usage: npm run web

Builds the wall's page into web/dist/wall, unless it is built of the present sources already.
Phones serve it when RINGWALL_PAGES names that folder; \`npm start\` sees to both.
`;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) process.stdout.write(HELP);
  else console.log(await buildWallPage({ onBuilding: () => console.error('· building the pages') }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
