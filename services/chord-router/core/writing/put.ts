/**
 * Writing: from the phone that got the records to all their replicas at once. One round trip when this phone's own
 * tables are right; a lookup and a second round for what they got wrong. The answer goes out as soon as a majority
 * has a record on disk, the rest goes on in the background.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import {
  all,
  detach,
  type Fiber,
  first,
  now,
  Signal,
  sleep,
  spawn,
  type Task,
  waitFor,
} from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { MAX_BATCH_RECORDS, splitIntoBatches } from '../batch.ts';
import type { PutRecords } from '../message.ts';
import { countedReplicas, expectedReplicas, type RecordKeeper } from '../record-keeper.ts';
import { Delivery, type Receipt } from './delivery.ts';

/**
 * Pauses before the rounds, ms: to the believed replicas, then, where that was not enough, to those of a lookup, and
 * then to those of further ones, for while the ring changes its phones disagree.
 */
const ROUND_PAUSES_MS = [0, 0, 200, 600];
/** Pauses before further rounds for records that enough phones have, none of which is sure of its range, in ms. */
const UNSURE_PAUSES_MS = [800, 1_200, 1_600, 2_000];
/** After this long no further round is begun, in ms. */
const LAST_ROUND_MS = 6_000;

const INVALID: Receipt = { outcome: 'invalid', replicas: 0, acknowledged: 0, newer: undefined };

/** Stores encoded records; one receipt a record, in order. */
export function* putRecords(keeper: RecordKeeper, encoded: readonly Uint8Array[]): Task<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for (let at = 0; at < encoded.length; at += MAX_BATCH_RECORDS) {
    receipts.push(...(yield* putSome(keeper, encoded.slice(at, at + MAX_BATCH_RECORDS))));
  }
  return receipts;
}

function* putSome(keeper: RecordKeeper, encoded: readonly Uint8Array[]): Task<readonly Receipt[]> {
  const startedAt = yield* now();
  const deliveries = encoded.map((bytes) => {
    const opened = keeper.checker.open(bytes);
    return opened.ok ? new Delivery(opened.value) : undefined;
  });
  const valid = deliveries.filter((delivery) => delivery !== undefined);
  if (valid.length > 0) {
    const progress = new Signal();
    const delivering = yield* detach(deliver(keeper, valid, progress), 'deliver records');
    while (!delivering.done && !valid.every(({ isDecided }) => isDecided)) yield* waitFor(progress);
  }
  const milliseconds = (yield* now()) - startedAt;
  return deliveries.map((delivery) => {
    const receipt = delivery?.receipt() ?? INVALID;
    const { outcome, acknowledged } = receipt;
    keeper.view.tell({ type: 'record-written', outcome, acknowledged, milliseconds });
    return receipt;
  });
}

function* deliver(keeper: RecordKeeper, deliveries: readonly Delivery[], progress: Signal): Task<void> {
  const lastRoundAt = (yield* now()) + LAST_ROUND_MS;
  try {
    const sending: Fiber<void>[] = [];
    for (const [round, pauseMs] of [...ROUND_PAUSES_MS, ...UNSURE_PAUSES_MS].entries()) {
      const open = deliveries.filter((delivery) => isOpen(delivery, round));
      if (open.length === 0 || (yield* now()) > lastRoundAt) break;
      if (pauseMs > 0) yield* sleep(pauseMs);
      yield* aim(keeper, open, round > 0);
      const requests = new SharedRequests();
      for (const [to, records] of byPhone(open)) {
        sending.push(yield* spawn(send(keeper, to, records, requests, progress), 'put records'));
      }
      yield* settleRound(deliveries, sending);
    }
    progress.notify();
    yield* all(sending);
  } finally {
    progress.notify();
  }
}

function isOpen({ isMisplaced, isStuck, isUnsure }: Delivery, round: number): boolean {
  if (round >= ROUND_PAUSES_MS.length) return isUnsure;
  return round === 0 || isStuck || isMisplaced;
}

/** Waits until all sent messages are answered or no open record can reach its quorum by them any more. */
function* settleRound(deliveries: readonly Delivery[], sending: readonly Fiber<void>[]): Task<void> {
  for (;;) {
    const underWay = sending.filter(({ done }) => !done);
    const undecided = deliveries.filter(({ isDecided }) => !isDecided);
    if (underWay.length === 0) return;
    if (undecided.length > 0 && undecided.every(({ isStuck }) => isStuck)) return;
    yield* first(underWay);
  }
}

/** Sets who should hold each record: by this phone's own tables, or, where those are known to fail, by asking the ring. */
function* aim(keeper: RecordKeeper, deliveries: readonly Delivery[], ask: boolean): Task<void> {
  const { view } = keeper;
  const expected = expectedReplicas(view);
  const counted = countedReplicas(keeper);
  const lookups = new Map<Id, Fiber<readonly Contact[]>>();
  for (const delivery of deliveries) {
    const { place } = delivery.record;
    const believed = view.believedReplicas(place);
    if (!ask && believed.length >= expected) delivery.aimAt(believed, expected, counted);
    else if (!lookups.has(place)) lookups.set(place, yield* spawn(findReplicas(keeper, place), 'find replicas'));
  }
  yield* all([...lookups.values()]);
  for (const delivery of deliveries) {
    const found = lookups.get(delivery.record.place)?.result;
    if (found !== undefined) delivery.aimAt(found, expectedReplicas(view), countedReplicas(keeper));
  }
}

function* findReplicas({ view }: RecordKeeper, place: Id): Task<readonly Contact[]> {
  const { replicas } = yield* view.lookup(place);
  return replicas.length > 0 ? replicas : view.believedReplicas(place);
}

function byPhone(deliveries: readonly Delivery[]): ReadonlyMap<Contact, readonly Delivery[]> {
  const phones = new Map<Id, Contact>();
  const records = new Map<Contact, Delivery[]>();
  for (const delivery of deliveries) {
    for (const target of delivery.missed()) {
      const phone = phones.get(target.id) ?? target;
      phones.set(target.id, phone);
      delivery.sent(phone);
      const list = records.get(phone);
      if (list === undefined) records.set(phone, [delivery]);
      else list.push(delivery);
    }
  }
  return records;
}

/** Replicas of the same records get the same request, so that it is encoded once. */
class SharedRequests {
  readonly #made = new Map<string, PutRecords>();

  of(batch: readonly Delivery[]): PutRecords {
    const name = batch.map(({ record }) => record.hash).join();
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const records = batch.map(({ record }) => record.bytes);
    const request: PutRecords = { type: 'put-records', records, purpose: 'write' };
    this.#made.set(name, request);
    return request;
  }
}

function* send(
  keeper: RecordKeeper,
  to: Contact,
  deliveries: readonly Delivery[],
  requests: SharedRequests,
  progress: Signal,
): Task<void> {
  for (const batch of splitIntoBatches(deliveries, ({ record }) => record.bytes)) {
    const outcome = yield* keeper.view.ask(to, requests.of(batch));
    if (outcome.ok && outcome.reply.verdicts.length === batch.length) {
      const newer = openAll(keeper, outcome.reply.newer);
      const unsettled = new Set(outcome.reply.unsettled);
      const counted = countedReplicas(keeper, outcome.reply.absent);
      for (const [i, delivery] of batch.entries()) {
        delivery.count(counted);
        delivery.judged(to, outcome.reply.verdicts[i]!, !unsettled.has(i), newer);
      }
    } else {
      for (const delivery of batch) delivery.failed(to);
    }
    progress.notify();
  }
}

/** Those of encoded records that pass all checks. */
function openAll(keeper: RecordKeeper, encoded: readonly Uint8Array[]): readonly RingRecord[] {
  return encoded.flatMap((bytes) => {
    const opened = keeper.checker.open(bytes);
    return opened.ok ? [opened.value] : [];
  });
}
