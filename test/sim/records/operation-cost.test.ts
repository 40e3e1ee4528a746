/** What a put and a get cost in a ring at rest, in messages and bytes, which are the same on every machine: neither may grow. */
import { expect, test } from 'vitest';
import type { RingRecord } from '../../../services/shared/core/record.ts';
import { frameBytes } from '../../scenario/stages/frame-bytes.ts';
import { Author } from '../../unit/shared/author.ts';
import type { SimMessage } from '../engine/machine.ts';
import { RecordWorld } from './record-world.ts';

const PHONES = 64;
const OPERATIONS = 200;
const VALUE_BYTES = 1024;
/** A ring that has nothing new to tell: pauses of stabilisation have doubled up to their longest. */
const REST_MS = 120_000;

interface Cost {
  readonly messages: number;
  readonly bytes: number;
}

const author = new Author(1);
const records: RingRecord[] = Array.from({ length: OPERATIONS }, (_, i) =>
  author.post(`${i} `.padEnd(VALUE_BYTES, 'x')),
);

/** What finds, writes and reads; the rest is upkeep, which goes on in the meantime. */
const OWN = new Set([
  'find-successor',
  'found-successor',
  'forward-lookup',
  'forwarded-lookup',
  'put-records',
  'put-outcome',
  'get-records',
  'get-outcome',
]);

/**
 * Seven replicas are asked at once and answer; a get asks one, or none where the reader is a replica. A change that
 * makes them cheaper lowers these; one that must make them dearer says why.
 */
const MOST = { put: { messages: 14, bytes: 8_400 }, get: { messages: 1.9, bytes: 1_150 } };
/** Below these something was not counted: a quorum's requests and replies, and most readers are no replica. */
const LEAST = { put: { messages: 8, bytes: 4 * VALUE_BYTES }, get: { messages: 1.5, bytes: VALUE_BYTES / 2 } };

class OperationCosts {
  readonly #ring = new RecordWorld(1, { quotaAuthorWritesPerMinute: OPERATIONS });
  #sent: SimMessage[] = [];

  constructor() {
    this.#ring.grow(PHONES);
    this.#ring.world.runFor(REST_MS);
    this.#ring.world.network.weigh = (message) => {
      this.#sent.push(message);
      return 0;
    };
  }

  put(): Cost {
    return this.#costOf(() => this.#ring.writeAll(records));
  }

  get(): Cost {
    return this.#costOf(() => {
      for (const record of records) {
        const { records: found } = this.#ring.read(this.#ring.pick(), record.place, 'one', 'post');
        if (found[0]?.hash !== record.hash) throw new Error(`the record at ${record.place} is not read`);
      }
    });
  }

  #costOf(operations: () => void): Cost {
    this.#sent = [];
    operations();
    const own = this.#sent.filter(({ type }) => OWN.has(type));
    const bytes = own.reduce((sum, message) => sum + frameBytes(message), 0);
    return { messages: own.length / OPERATIONS, bytes: bytes / OPERATIONS };
  }
}
test('a put and a get of a 1-KiB value among 64 phones cost no more messages and bytes than they did', () => {
  const costs = new OperationCosts();
  const put = costs.put();
  const get = costs.get();
  for (const [cost, least, most] of [
    [put, LEAST.put, MOST.put],
    [get, LEAST.get, MOST.get],
  ] as const) {
    expect(cost.messages).toBeGreaterThan(least.messages);
    expect(cost.messages).toBeLessThanOrEqual(most.messages);
    expect(cost.bytes).toBeGreaterThan(least.bytes);
    expect(cost.bytes).toBeLessThanOrEqual(most.bytes);
  }
});
