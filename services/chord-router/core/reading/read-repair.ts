/** What a read does when replicas disagree: merge what they have, and bring those that lag up to date. */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, detach, type Fiber, spawn, type Task } from '../../../shared/core/effect.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { splitIntoBatches } from '../batch.ts';
import type { RecordQuery } from '../message.ts';
import type { RingView } from '../ring-view.ts';
import { mergePages, type Page, reachOf, unseenBy, winnersOf } from './page.ts';
import { comparePositions } from './query-position.ts';
import type { ReplicaReader } from './replica-reader.ts';

/** One merged page of all replicas that answered; the lagging ones are repaired in the background. */
export function* reconcile(
  reader: ReplicaReader,
  query: RecordQuery,
): Task<Omit<Page, 'from'> & { readonly from: Contact | undefined }> {
  yield* all(yield* startAll(reader.digestsOnly, (phone) => reader.ask(phone, false)));
  const { pages } = reader;
  // A record that a page does not show may be there in a version that belongs to another page.
  const reach = reachOf(pages);
  const winners = [...winnersOf(pages.flatMap(({ records }) => records)).values()].filter(
    (record) => reach === undefined || comparePositions(record, reach) <= 0,
  );
  const fetches = yield* startAll(pages, (page) => reader.fetch(page.from, unseenBy(page, winners)));
  yield* all(fetches);
  const further = fetches.map(({ result }) => result ?? []);
  const known = pages.map((page, i) => ({ phone: page.from, records: [...page.records, ...further[i]!] }));
  yield* detach(repairLagging(reader.view, known), 'repair lagging replicas');
  return { from: pages[0]?.from, ...mergePages(query, pages, further.flat()) };
}

function* startAll<T, R>(items: readonly T[], task: (item: T) => Task<R>): Task<readonly Fiber<R>[]> {
  const fibers: Fiber<R>[] = [];
  for (const item of items) fibers.push(yield* spawn(task(item), 'read from replicas'));
  return fibers;
}

/** Sends each phone what others showed in a version that wins over its own. Repair finds what this misses. */
function* repairLagging(
  view: RingView,
  known: readonly { readonly phone: Contact; readonly records: readonly RingRecord[] }[],
): Task<void> {
  const winners = [...winnersOf(known.flatMap(({ records }) => records)).values()];
  for (const { phone, records } of known) {
    const had = new Set(records.map(({ hash }) => hash));
    const lacking = winners.filter(({ hash }) => !had.has(hash));
    for (const batch of splitIntoBatches(lacking, ({ bytes }) => bytes)) {
      const encoded = batch.map(({ bytes }) => bytes);
      yield* view.ask(phone, { type: 'put-records', records: encoded, purpose: 'repair' });
    }
  }
}
