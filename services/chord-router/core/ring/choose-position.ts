/**
 * Choosing a place on the ring. An address has a number of ids (docs/decisions/node-ids.md); a newcomer takes the one
 * that lies farthest from all phones, so that the largest part of the ring that anybody owns shrinks from some 10 to
 * under 2 times the mean on ten thousand phones (docs/experiments/load-balance.md).
 *
 * One seed is asked. First for the phones it knows, page by page: where its table is full that is the whole ring. Then
 * for who lies around the candidates that look roomiest, for a sparse table shows room where there is none. A seed that
 * lies gains no more than the choice among places that the phone might have had anyway.
 *
 * Source: the multiple choice algorithm of Naor and Wieder, "Novel architectures for P2P applications: the
 * continuous-discrete approach", SPAA 2003.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import { all, call, type Fiber, first, identify, sleep, spawn, type Task } from '../../../shared/core/effect.ts';
import { between, distance, type Id } from '../../../shared/core/id.ts';
import { MAX_FORWARDS } from '../lookup/forward.ts';
import type { Contacts, ForwardedLookup, PeerRequest } from '../message.ts';

/** Seeds asked at once; the first that answers decides. */
const MAX_SEEDS = 4;
/** Contacts of one list in an answer; more are not read. */
const MAX_LISTED = 256;
/** Pages of a seed's table that are read, of MAX_LISTED phones each. */
const MAX_PAGES = 8;
/** Tables have room for about 1,024 phones: one that holds fewer than this is not full, and so knows them all. */
const FULL_TABLE = 1_000;
/** Candidates looked at closely where the seed does not know the whole ring; fewer even the ring out less. */
export const CLOSER_LOOKS = 96;

/**
 * Index of the candidate to take. Asks phones at the seeds (`host:port`) and gives up after `timeoutMs`; undefined when
 * none of them told anything by then.
 */
export function* choosePosition(
  candidates: readonly Id[],
  seeds: readonly string[],
  timeoutMs: number,
): Task<number | undefined> {
  const deadline = yield* spawn(sleep(timeoutMs), 'deadline');
  let asking: Fiber<readonly Id[]>[] = [];
  for (const seed of seeds.slice(0, MAX_SEEDS)) {
    asking.push(yield* spawn(askSeed(seed, candidates, timeoutMs), 'ask a seed'));
  }
  while (asking.length > 0) {
    const done = yield* first<unknown>([...asking, deadline]);
    if (done === deadline) return undefined;
    const known = asking.find((fiber) => fiber === done)?.result ?? [];
    if (known.length > 0) return farthest(candidates, known);
    asking = asking.filter((fiber) => fiber !== done);
  }
  return undefined;
}

/** Index of the candidate whose nearest known phone, to either side, is farthest away; the first of several. */
export function farthest(candidates: readonly Id[], known: readonly Id[]): number {
  const [best] = roomiest(candidates, known);
  return best === undefined ? 0 : candidates.indexOf(best);
}

/** The candidates, the one with the most room to either side first; as they were where it is the same. */
export function roomiest(candidates: readonly Id[], known: readonly Id[]): Id[] {
  const sorted = [...known].sort();
  const rooms = new Map(candidates.map((candidate) => [candidate, roomAround(candidate, sorted)]));
  return [...rooms.keys()].sort((a, b) => {
    const more = rooms.get(b)! - rooms.get(a)!;
    return more === 0n ? 0 : more > 0n ? 1 : -1;
  });
}

/** Distance to the nearest of the known phones, which are in ring order, to either side; the whole ring if none. */
function roomAround(candidate: Id, known: readonly Id[]): bigint {
  if (known.length === 0) return 1n << 128n;
  let low = 0;
  let high = known.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (known[middle]! < candidate) low = middle + 1;
    else high = middle;
  }
  const after = distance(candidate, known[low % known.length]!);
  const before = distance(known.at(low - 1)!, candidate);
  return after < before ? after : before;
}

/** What the phone at a seed's address knows of the ring around the candidates; nothing if it is on none. */
function* askSeed(seed: string, candidates: readonly Id[], timeoutMs: number): Task<readonly Id[]> {
  const contact = yield* identify(seed, timeoutMs);
  if (contact === undefined) return [];
  const table = yield* readTable(contact, timeoutMs);
  const known = new Set(table.ids);
  if (table.isWholeRing) return [...known];
  const looks = [];
  for (const key of roomiest(candidates, table.ids).slice(0, CLOSER_LOOKS)) {
    const request = { type: 'forward-lookup', key, hopsLeft: MAX_FORWARDS, budgetMs: timeoutMs } as const;
    looks.push(yield* spawn(call<PeerRequest, ForwardedLookup>(contact, request, timeoutMs), 'look closer'));
  }
  yield* all<unknown>(looks);
  for (const { result } of looks) {
    if (!result?.ok) continue;
    known.add(contact.id);
    const { owner, ownerSuccessors, closer, trail } = result.reply;
    const passed = trail.map(({ phone }) => phone);
    for (const list of [owner === undefined ? [] : [owner], ownerSuccessors, closer, passed]) {
      for (const { id } of list.slice(0, MAX_LISTED)) known.add(id);
    }
  }
  return [...known];
}

/** The phones a contact knows, in ring order from itself. `isWholeRing`: its table came to an end within the bounds. */
function* readTable(
  contact: Contact,
  timeoutMs: number,
): Task<{ readonly ids: readonly Id[]; readonly isWholeRing: boolean }> {
  const ids: Id[] = [];
  let after = contact.id;
  for (let page = 0; page < MAX_PAGES; page++) {
    const request = { type: 'list-contacts', after, limit: MAX_LISTED } as const;
    const outcome = yield* call<PeerRequest, Contacts>(contact, request, timeoutMs);
    if (!outcome.ok) return { ids, isWholeRing: false };
    const onward = outcome.reply.contacts.slice(0, MAX_LISTED).map(({ id }) => id);
    const fresh = onward.filter((id) => ids.length === 0 || between(ids.at(-1)!, id, contact.id));
    ids.push(...fresh);
    if (fresh.length < MAX_LISTED) return { ids: [contact.id, ...ids], isWholeRing: ids.length < FULL_TABLE };
    after = ids.at(-1)!;
  }
  return { ids: [contact.id, ...ids], isWholeRing: false };
}
