/** An image of phones of the next version: these sources, but for the protocol that they speak with each other. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '../../../containers/image.ts';
import { ROOT } from '../../../containers/program.ts';
import { PROTOCOL } from '../../../services/chord-router/adapters/links/handshake.ts';

/** What .dockerignore lets into an image, and what makes it. */
const SOURCES = [
  ...['Dockerfile', '.dockerignore', '.npmrc', 'package.json', 'package-lock.json', 'tsconfig.json'],
  ...['services', 'proto/gen', 'testnet', 'web', 'containers'],
];
const HANDSHAKE = 'services/chord-router/adapters/links/handshake.ts';

export async function buildNextVersion(tag: string): Promise<void> {
  const sources = await mkdtemp(join(tmpdir(), 'ringwall-next-'));
  try {
    for (const path of SOURCES) await cp(join(ROOT, path), join(sources, path), { recursive: true });
    const before = await readFile(join(sources, HANDSHAKE), 'utf8');
    const after = before.replace(`PROTOCOL = ${PROTOCOL};`, `PROTOCOL = ${PROTOCOL + 1};`);
    if (after === before) throw new Error(`${HANDSHAKE} does not say PROTOCOL = ${PROTOCOL};`);
    await writeFile(join(sources, HANDSHAKE), after);
    await buildImage({ tag, sources, onProgress: (step) => console.error(`· ${step}`) });
  } finally {
    await rm(sources, { recursive: true, force: true });
  }
}
