/**
 * Stands in for a phone in tests of the testnet itself: same environment, same ready message, same answers to
 * GET /v1/network/self and ring, no protocol. Phones of one testnet find each other through files in their data folder.
 * FAKE_PHONE_FAULT: `die` ends it at its start, `mute` never gets ready, `stubborn` ignores what it is told.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const { RINGWALL_DATA, RINGWALL_API_LISTEN, RINGWALL_PEER_LISTEN, RINGWALL_SUCCESSORS, FAKE_PHONE_FAULT } = process.env;
const data = RINGWALL_DATA!;
const id = createHash('sha256').update(RINGWALL_PEER_LISTEN!).digest('hex').slice(0, 32);
const ring = join(data, '../../../fake-ring');
const entry = join(ring, id);

if (FAKE_PHONE_FAULT === 'die') {
  console.error('RINGWALL_PEER_LISTEN is not to my taste');
  process.exit(78);
}

mkdirSync(data, { recursive: true });
mkdirSync(ring, { recursive: true });
writeFileSync(entry, String(process.pid));
writeFileSync(join(data, 'seeds'), process.env['RINGWALL_SEEDS']!);
process.on('disconnect', () => process.exit(0));
process.on('message', () => {
  if (FAKE_PHONE_FAULT !== 'stubborn') process.exit(0);
});
process.on('SIGTERM', () => {
  if (FAKE_PHONE_FAULT === 'stubborn') return;
  rmSync(entry, { force: true });
  process.exit(0);
});

const server = createServer(({ url }, response) => {
  const order = readdirSync(ring).filter(isAlive).sort();
  const at = order.indexOf(id);
  const others = order.length - 1;
  const neighbour = (step: number): { id: string } => ({ id: order[(at + step + order.length) % order.length]! });
  if (url === '/v1/network/self') {
    response.end(JSON.stringify({ successor: neighbour(1), records: at, settled: true }));
    return;
  }
  const successors = Array.from({ length: Math.min(Number(RINGWALL_SUCCESSORS), others) }, (_, i) => neighbour(i + 1));
  response.end(JSON.stringify({ self: { id }, predecessors: others === 0 ? [] : [neighbour(-1)], successors }));
});
const [host, port] = RINGWALL_API_LISTEN!.split(':');
server.listen(Number(port), host, () => {
  if (FAKE_PHONE_FAULT === 'mute') return;
  process.send?.({ type: 'ready', id, api: `http://${RINGWALL_API_LISTEN}`, peer: RINGWALL_PEER_LISTEN });
});

function isAlive(other: string): boolean {
  try {
    const pid = Number(readFileSync(join(ring, other), 'utf8'));
    // A frozen phone still exists, but answers nobody: the ring drops it.
    return !/^State:\s+[TZ]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
