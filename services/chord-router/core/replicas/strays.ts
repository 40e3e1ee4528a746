/**
 * Records this phone keeps without being responsible for them, since the ring has changed. They may be the last
 * copies, so each is brought to all of its replicas first and dropped only then.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, type Fiber, spawn, type Task } from '../../../shared/core/effect.ts';
import { clockwise, inOwnedRange } from '../../../shared/core/id.ts';
import { MAX_LISTING } from '../batch.ts';
import type { RecordSummary } from '../message.ts';
import { expectedReplicas, type RecordKeeper } from '../record-keeper.ts';
import { askStore } from '../store-port.ts';
import { compareListings, isListingOf, type ListingStart } from './range-listing.ts';
import { RecordTransfer } from './record-transfer.ts';

/** Owners looked up in one round; the next round goes on. */
const MAX_OWNERS = 16;
/** Listings of one owner's range on one replica. */
const MAX_LISTINGS = 64;

/** Whether this phone keeps records that are no duty of it; false where the disk does not tell. */
export function* hasStrays({ view }: RecordKeeper): Task<boolean> {
  const [from, to] = [view.self.id, view.responsibleFrom()];
  if (from === to) return false;
  const listing = yield* askStore({ type: 'list', from, to, afterKey: undefined, limit: 1 });
  return listing.ok && listing.value.summaries.length > 0;
}

/** Brings strays to their replicas and drops those that all of them have. Gives how many were dropped. */
export function* offerStrays(keeper: RecordKeeper): Task<number> {
  const { view } = keeper;
  const from = view.self.id;
  const to = view.responsibleFrom();
  if (from === to) return 0;
  const listing = yield* askStore({ type: 'list', from, to, afterKey: undefined, limit: MAX_LISTING });
  let strays = listing.ok ? listing.value.summaries : [];
  let dropped = 0;
  for (let i = 0; i < MAX_OWNERS && strays.length > 0; i++) {
    const first = strays[0]!.place;
    const { owner, replicas } = yield* view.lookup(first);
    if (owner === undefined) return dropped;
    // No phone lies between the first stray and its owner, so all strays up to the owner are its.
    const group = strays.filter(({ place }) => place === first || inOwnedRange(first, place, owner.id));
    strays = strays.slice(group.length);
    const isMine = replicas.some(({ id }) => id === view.self.id);
    if (!isMine && replicas.length >= expectedReplicas(view)) dropped += yield* bringAndDrop(keeper, group, replicas);
  }
  return dropped;
}

function* bringAndDrop(
  keeper: RecordKeeper,
  group: readonly RecordSummary[],
  replicas: readonly Contact[],
): Task<number> {
  const bringing: Fiber<readonly RecordSummary[]>[] = [];
  for (const replica of replicas) bringing.push(yield* spawn(bring(keeper, replica, group), 'bring strays'));
  yield* all(bringing);
  let everywhere = group;
  for (const { result = [] } of bringing) {
    const held = new Set(result.map(({ hash }) => hash));
    everywhere = everywhere.filter(({ hash }) => held.has(hash));
  }
  const records = everywhere.filter(({ place }) => !keeper.view.isResponsible(place));
  if (records.length === 0) return 0;
  const removed = yield* askStore({ type: 'remove', records });
  return removed.ok ? removed.value.removed : 0;
}

/** Sends a replica what it lacks of the group; gives those it has afterwards, or has better. */
function* bring(
  keeper: RecordKeeper,
  replica: Contact,
  group: readonly RecordSummary[],
): Task<readonly RecordSummary[]> {
  const transfer = new RecordTransfer(keeper, replica);
  const to = group.at(-1)!.place;
  let start: ListingStart | undefined = { from: clockwise(group[0]!.place, -1n), afterKey: undefined };
  let remaining = group;
  const held: RecordSummary[] = [];
  for (let i = 0; i < MAX_LISTINGS && start !== undefined && transfer.complete; i++) {
    const theirs = yield* keeper.view.ask(replica, { type: 'list-range', ...start, to, limit: MAX_LISTING });
    if (!theirs.ok || !isListingOf(start, to, theirs.reply.summaries)) return held;
    const difference = compareListings(start, { summaries: remaining, truncated: false }, theirs.reply);
    const lacking = [...difference.offered, ...difference.contested];
    held.push(...difference.held, ...(yield* transfer.push(lacking)));
    const done = new Set([...difference.held, ...lacking]);
    remaining = remaining.filter((summary) => !done.has(summary));
    start = remaining.length === 0 ? undefined : difference.next;
  }
  return held;
}
