/**
 * What phones have on their disks, as they list it to any phone that compares replicas with them: asked over the peer
 * API by one that is no member of the ring and keeps nothing.
 */
import { status } from '@grpc/grpc-js';
import { createIdentity, generateNodeKey } from '../../../services/chord-router/adapters/identity/node-identity.ts';
import { LinkPool } from '../../../services/chord-router/adapters/links/link-pool.ts';
import { MAX_LISTING } from '../../../services/chord-router/core/batch.ts';
import type { RangeListing, RecordSummary } from '../../../services/chord-router/core/message.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { CallOutcome } from '../../../services/shared/core/effect.ts';
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { type RingRecord, recordKey } from '../../../services/shared/core/record.ts';
import { frameBytes } from './frame-bytes.ts';

const TIMEOUT_MS = 5_000;
const ZERO = idFromNumber(0n);
const AWAY = { code: status.UNAVAILABLE, message: 'no member of the ring' };

export class DiskListing {
  /** By place and key. */
  readonly #summaries: ReadonlyMap<string, RecordSummary>;

  constructor(summaries: readonly RecordSummary[]) {
    this.#summaries = new Map(summaries.map((summary) => [nameOf(summary.place, summary.key), summary]));
  }

  /** Whether it has a record, or one that won over it. A tombstone is never won over. */
  has(record: RingRecord): boolean {
    const found = this.#summaries.get(nameOf(record.place, recordKey(record)));
    if (found === undefined) return false;
    return found.hash === record.hash || (!record.final && found.seq > record.seq);
  }
}

export class DiskReader {
  readonly #pool: LinkPool;

  /**
   * `network`, `parameters`: those of the phones, as links are opened with them. `ownAddress`: one that phones see this
   * machine under, with any port, for nobody calls back whoever only compares records.
   */
  constructor(network: string, parameters: string, ownAddress: string) {
    this.#pool = new LinkPool({
      handshake: {
        identity: createIdentity(generateNodeKey(), ownAddress, 0, Date.now()),
        network,
        parameters,
        verifyAddress: true,
      },
      serve: (_from, _request, answer) => answer({ refusal: AWAY }),
      lost: () => {},
      observer: { linkOpened() {}, linkClosed() {}, refused() {}, turnedAway() {}, called() {} },
    });
  }

  /**
   * Undefined when the phone does not answer. `onAnswer` hears how many bytes each of its answers had, for without being
   * asked it would not have sent them.
   */
  async listing(phone: Contact, onAnswer: (bytes: number) => void): Promise<DiskListing | undefined> {
    const summaries: RecordSummary[] = [];
    let from: Id = ZERO;
    let afterKey: string | undefined;
    for (;;) {
      const page = await this.#page(phone, from, afterKey);
      if (page === undefined) return undefined;
      onAnswer(frameBytes(page));
      summaries.push(...page.summaries);
      const last = page.summaries.at(-1);
      if (!page.truncated || last === undefined) return new DiskListing(summaries);
      from = last.place;
      afterKey = last.key;
    }
  }

  stop(): void {
    this.#pool.stop();
  }

  async #page(phone: Contact, from: Id, afterKey: string | undefined): Promise<RangeListing | undefined> {
    const request = { type: 'list-range', from, to: ZERO, afterKey, limit: MAX_LISTING };
    const outcome = await new Promise<CallOutcome<unknown>>((resolve) => {
      this.#pool.call(phone, request, TIMEOUT_MS, resolve);
    });
    return outcome.ok ? (outcome.reply as RangeListing) : undefined;
  }
}

function nameOf(place: Id, key: string): string {
  return `${place}/${key}`;
}
