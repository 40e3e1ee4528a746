/** Ours: whole chord routers, each with a store on the disk and links of its own, driven through the API of its siblings. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { Consistency, PutOutcome } from '../../../proto/gen/ringwall/chord/v1/chord.ts';
import { DEFAULT_SETTINGS } from '../../../services/chord-router/core/settings.ts';
import { readTrustedRecord, sealRecord } from '../../../services/shared/core/record.ts';
import { recordCrypto } from '../../../services/shared/runtime/record-crypto.ts';
import { ADMIN_TOKEN, delayLinks } from '../link-delay.ts';
import { MemoryLinks } from '../memory-links.ts';
import { type RouterOptions, type StartedRouter, startRouter } from '../router-ring.ts';
import type { DhtSystem, SystemOptions } from './system.ts';

/** One may only write so much in a minute. */
const RECORDS_AN_AUTHOR = 100;
const NAME = 'post';

interface Author {
  readonly key: Buffer;
  readonly privateKey: KeyObject;
}

/** Every node has a data folder of its own in `folder`. */
export function openRingwall({ folder, delayMs, wires }: SystemOptions): DhtSystem {
  const crypto = recordCrypto;
  const carrier = wires === 'memory' ? new MemoryLinks() : undefined;
  const nodes = new Map<number, StartedRouter>();
  const authors = new Map<number, Author>();
  let sentByStopped = 0;

  const authorOf = (id: number): Author => {
    const number = Math.floor(id / RECORDS_AN_AUTHOR);
    const author = authors.get(number) ?? newAuthor();
    authors.set(number, author);
    return author;
  };
  return {
    valueBytes: 1024,
    async create(node, seed) {
      const made = await startNode({ dataFolder: join(folder, String(node)), seed, carrier }, delayMs);
      nodes.set(node, made);
      return made.router.contact.address;
    },
    knownTo: async (node) => (await nodes.get(node)!.router.service.getStatus({})).known.length,
    async isSettled(node) {
      const { settled, successors, known } = await nodes.get(node)!.router.service.getStatus({});
      return settled && successors.length >= Math.min(DEFAULT_SETTINGS.successors, known.length);
    },
    async put(node, id, value) {
      const { key, privateKey } = authorOf(id);
      const draft = { kind: 'immutable', name: NAME, slot: '', seq: 0, createdAt: id, deleted: false, value } as const;
      const record = sealRecord(draft, key, (message) => sign(null, message, privateKey), crypto);
      const { receipts } = await nodes.get(node)!.router.service.put({ records: [Buffer.from(record.bytes)] });
      const receipt = receipts[0];
      if (receipt?.outcome !== PutOutcome.STORED) throw new Error(`a put was not stored: outcome ${receipt?.outcome}`);
      return { key: record.place, copies: receipt.acknowledged };
    },
    async get(node, place) {
      const request = { place, name: NAME, limit: 1, consistency: Consistency.ONE };
      const { records } = await nodes.get(node)!.router.service.get(request);
      return records[0] && readTrustedRecord(records[0], crypto)?.value;
    },
    async requestsSent() {
      const sent = await Promise.all([...nodes.values()].map(requestsOf));
      return sent.reduce((sum, one) => sum + one, sentByStopped);
    },
    async stop(list) {
      const stopped = list.map((node) => nodes.get(node)!);
      for (const node of list) nodes.delete(node);
      for (const node of stopped) sentByStopped += await requestsOf(node);
      await Promise.all(stopped.map(({ router }) => router.stop()));
    },
  };
}

function newAuthor(): Author {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { key: Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'), privateKey };
}

async function startNode(options: RouterOptions, delayMs: number): Promise<StartedRouter> {
  const node = await startRouter({ ...options, adminToken: delayMs > 0 ? ADMIN_TOKEN : undefined });
  if (delayMs > 0) await delayLinks(node.router, delayMs);
  await node.router.joined;
  return node;
}

/** Every request has a reply, and both are frames. */
async function requestsOf({ registry }: StartedRouter): Promise<number> {
  const frames = await registry.getSingleMetric('ringwall_chord_peer_sent_frames_total')!.get();
  return frames.values.reduce((sum, { value }) => sum + value, 0) / 2;
}
