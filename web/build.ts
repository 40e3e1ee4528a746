/** `npm run web`: builds the pages, and says on standard output where they are. */
import { parseArgs } from 'node:util';
import { buildPages } from './pages.ts';

const HELP = `Usage: npm run web

Builds the pages into web/dist, unless they are built of the present sources already, and prints where the wall's is.
Phones serve it when RINGWALL_PAGES names that folder; \`npm start\` sees to both.
`;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) process.stdout.write(HELP);
  else console.log((await buildPages({ onBuilding: () => console.error('· building the pages') })).wall);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
