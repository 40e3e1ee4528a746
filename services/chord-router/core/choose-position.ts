/**
 * Choosing a place on the ring. An address has a few ids (docs/decisions/node-ids.md); a newcomer takes the one that
 * lies farthest from all phones, so that the largest part of the ring that anybody owns shrinks from some 7 to 2.5
 * times the mean on a thousand phones.
 *
 * One seed's tables are asked, all in one round trip: where they are full that is exact, and where not, a good guess. A
 * seed that lies gains no more than the choice among places that the phone might have had anyway.
 *
 * Source: the multiple choice algorithm of Naor and Wieder, "Novel architectures for P2P applications: the
 * continuous-discrete approach", SPAA 2003.
 */
import type { Contact } from '../../shared/core/contact.ts';
import { all, call, type Fiber, first, identify, sleep, spawn, type Task } from '../../shared/core/effect.ts';
import { distance, type Id } from '../../shared/core/id.ts';
import { NO_NEWS } from './gossip.ts';
import type { FoundSuccessor, Neighbours, PeerRequest } from './message.ts';

/** Seeds asked at once; the first that answers decides. */
const MAX_SEEDS = 4;
/** Contacts of one list in an answer; more are not read. */
const MAX_LISTED = 32;

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
  let best = 0;
  let widest = -1n;
  for (const [index, candidate] of candidates.entries()) {
    const room = roomAround(candidate, known);
    if (room > widest) {
      widest = room;
      best = index;
    }
  }
  return best;
}

/** Distance to the nearest of the known phones, to either side; more than any distance when there is none. */
function roomAround(candidate: Id, known: readonly Id[]): bigint {
  let nearest = 1n << 128n;
  for (const id of known) {
    const after = distance(candidate, id);
    const before = distance(id, candidate);
    const either = after < before ? after : before;
    if (either < nearest) nearest = either;
  }
  return nearest;
}

/** What the phone at a seed's address knows of the ring around itself and each candidate; nothing if it is on none. */
function* askSeed(seed: string, candidates: readonly Id[], timeoutMs: number): Task<readonly Id[]> {
  const contact = yield* identify(seed, timeoutMs);
  if (contact === undefined) return [];
  const neighbours = yield* spawn(
    call<PeerRequest, Neighbours>(contact, { type: 'ask-neighbours', news: NO_NEWS }, timeoutMs),
    'neighbours',
  );
  const searches = [];
  for (const key of candidates) {
    const request = { type: 'find-successor', key } as const;
    searches.push(yield* spawn(call<PeerRequest, FoundSuccessor>(contact, request, timeoutMs), 'find-successor'));
  }
  yield* all<unknown>([neighbours, ...searches]);
  const lists: (readonly Contact[])[] = [];
  if (neighbours.result?.ok) {
    const { predecessor, successors, predecessors } = neighbours.result.reply;
    lists.push([contact, predecessor], successors, predecessors);
  }
  for (const { result } of searches) {
    if (!result?.ok) continue;
    const { owner, ownerSuccessors, closer } = result.reply;
    lists.push([contact], owner === undefined ? [] : [owner], ownerSuccessors, closer);
  }
  return [...new Set(lists.flatMap((list) => list.slice(0, MAX_LISTED).map(({ id }) => id)))];
}
