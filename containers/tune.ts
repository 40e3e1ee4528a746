/**
 * Makes room for the neighbours of a large fleet, in the kernel that all containers share; runs once, before the phones,
 * with the settings of IPv4 neighbours (/proc/sys/net/ipv4/neigh/default) mounted at the folder that is its argument.
 * By default the kernel knows 1024 neighbours in all: some hundred phones that talk with each other overflow that, and
 * lose their connections.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** From the first on the kernel cleans up, beyond the last it takes nobody in. */
const WANTED = { gc_thresh1: 8_192, gc_thresh2: 32_768, gc_thresh3: 65_536 } as const;

const folder = process.argv[2] ?? '/proc/sys/net/ipv4/neigh/default';
try {
  // The highest first: they must never be out of order.
  for (const [name, wanted] of Object.entries(WANTED).reverse()) {
    const path = join(folder, name);
    if (Number(await readFile(path, 'utf8')) < wanted) await writeFile(path, String(wanted));
  }
  console.log('The neighbour table has room for hundreds of phones.');
} catch (error) {
  console.log(
    `The neighbour table cannot be raised (${(error as NodeJS.ErrnoException).code}): fleets of more than about 100 ` +
      'phones lose connections here. As root on the machine of the engine: ' +
      Object.entries(WANTED)
        .map(([name, wanted]) => `sysctl net.ipv4.neigh.default.${name}=${wanted}`)
        .join('; '),
  );
}
