/** Finding the first immutable record at or after a key, clockwise: the essay's "random key, nearest post". */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Task } from '../../../shared/core/effect.ts';
import { clockwise, distance, type Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import type { RecordKeeper } from '../record-keeper.ts';

export interface NearestRecord {
  readonly record: RingRecord | undefined;
  /** False: part of the way could not be searched. */
  readonly complete: boolean;
  /** The phone that had the record. */
  readonly answered: Contact | undefined;
  /** Phones asked one after the other. */
  readonly hops: number;
}

/** Phones walked along at most; with a record on every few phones one or two do. */
const MAX_STEPS = 64;

/** Walks the ring clockwise from the key's owner until a phone has a record of this name. */
export function* findNearest(keeper: RecordKeeper, key: Id, name: string): Task<NearestRecord> {
  const { view, checker } = keeper;
  let phone = view.believedReplicas(key)[0];
  let from = key;
  let hops = 0;
  for (let step = 0; step < MAX_STEPS && phone !== undefined; step++) {
    const outcome = yield* view.ask(phone, { type: 'get-nearest', key: from, name });
    hops += 1;
    if (!outcome.ok) {
      phone = yield* otherReplica(keeper, from, phone);
      continue;
    }
    const opened = outcome.reply.record === undefined ? undefined : checker.open(outcome.reply.record);
    if (opened?.ok === true && opened.value.name === name && opened.value.kind === 'immutable') {
      return { record: opened.value, complete: true, answered: phone, hops };
    }
    const { next } = outcome.reply;
    const searched = distance(key, phone.id);
    const isRedirect = next !== undefined && distance(from, next.id) < distance(from, phone.id);
    if (!isRedirect) {
      // What was asked for last reached beyond the key: the walk has come round.
      if (next === undefined || searched < distance(key, from)) {
        return { record: undefined, complete: true, answered: undefined, hops };
      }
      from = clockwise(phone.id, 1n);
    }
    phone = next;
  }
  return { record: undefined, complete: false, answered: undefined, hops };
}

/** A phone that keeps what the silent one does. */
function* otherReplica({ view }: RecordKeeper, key: Id, silent: Contact): Task<Contact | undefined> {
  const { replicas } = yield* view.lookup(key);
  return replicas.find(({ id }) => id !== silent.id);
}
