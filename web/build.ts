/** `npm run web`: builds the pages, and says on standard output where they are. */
import { parseArgs } from 'node:util';
import { buildPages } from './pages.ts';

const HELP = `Usage: npm run web

Builds the pages into web/dist, unless they are built of the present sources already, and prints where they are, as the
environment that phones and the gateway then need.
\`npm start\` sees to all of it.
`;

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) process.stdout.write(HELP);
  else {
    const pages = await buildPages({ onBuilding: () => console.error('· building the pages') });
    console.log(`RINGWALL_PAGES=${pages.wall}\nRINGWALL_GATEWAY_CONSOLE=${pages.console}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
