/**
 * The ring as the wall sees it: signed records go in, checked records come out, and whatever goes wrong is a Problem.
 * adapters/chord-ring.ts implements `Ring` over the phone's ChordService.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { Problem } from '../problem.ts';

/** How many phones should keep a record and how many have it on disk. */
export interface Custody {
  readonly replicas: number;
  readonly acknowledged: number;
}

export type PutOutcome = 'stored' | 'superseded' | 'tombstoned' | 'invalid' | 'over-quota' | 'unavailable';

export interface PutReceipt extends Custody {
  readonly outcome: PutOutcome;
  /** Of a superseded record: the one that stands. */
  readonly newer: RingRecord | undefined;
}

export interface RingQuery {
  readonly place: Id;
  /** Only records of this name. */
  readonly name?: string;
  /** 1-200; 100 by default. */
  readonly limit?: number;
  /** The `next` of an earlier answer. */
  readonly before?: string;
  /** `one`: the first replica that has any answers; for what never changes. `quorum` (default): a majority is compared. */
  readonly consistency?: 'one' | 'quorum';
}

export interface RingAnswer {
  /** Newest first; tombstones included. */
  readonly records: readonly RingRecord[];
  readonly next: string | undefined;
  /** False: too few replicas answered to be sure that nothing newer or further exists. */
  readonly complete: boolean;
  /** The replicas that answered, the one whose records these are first. */
  readonly answered: readonly Contact[];
  readonly hops: number;
  readonly milliseconds: number;
}

export interface NearestAnswer {
  readonly record: RingRecord | undefined;
  readonly complete: boolean;
  readonly answered: Contact | undefined;
  readonly hops: number;
}

/** Every method throws Problem ring-unavailable or ring-timeout when the phone's router cannot do it. */
export interface Ring {
  /** One receipt a record, in order. */
  put(records: readonly RingRecord[]): Promise<readonly PutReceipt[]>;
  get(query: RingQuery): Promise<RingAnswer>;
  /** The first immutable record of a name at or clockwise after a key. */
  nearest(key: Id, name: string): Promise<NearestAnswer>;
}

/** Stores records. Throws the Problem of the first that was not stored, also when others were. */
export async function putRecords(ring: Ring, records: readonly RingRecord[]): Promise<readonly Custody[]> {
  const receipts = await ring.put(records);
  for (const receipt of receipts) {
    const problem = problemOfReceipt(receipt);
    if (problem !== undefined) throw problem;
  }
  return receipts.map(({ replicas, acknowledged }) => ({ replicas, acknowledged }));
}

/** Stores one record. Throws the Problem its receipt tells of. */
export async function putRecord(ring: Ring, record: RingRecord): Promise<Custody> {
  const [custody] = await putRecords(ring, [record]);
  if (custody === undefined) throw new Problem('internal-error', 'The ring gave no receipt.');
  return custody;
}

/** Why a record was not stored; undefined when it was. */
export function problemOfReceipt(receipt: PutReceipt): Problem | undefined {
  const members = { replicas: receipt.replicas, acknowledged: receipt.acknowledged };
  switch (receipt.outcome) {
    case 'stored':
      return undefined;
    case 'superseded':
      return new Problem('superseded');
    case 'tombstoned':
      return new Problem('deleted');
    case 'invalid':
      return new Problem('invalid-record');
    case 'over-quota':
      return new Problem('over-quota');
    case 'unavailable':
      return new Problem(
        'too-few-replicas',
        `${receipt.acknowledged} of ${receipt.replicas} phones have it on disk; that is no majority.`,
        { members, retryAfterS: 2 },
      );
  }
}

/**
 * Asks for records and insists on a full answer where none was found: "nobody holds it" must not be
 * said when only some were asked.
 */
export async function getSettled(ring: Ring, query: RingQuery): Promise<RingAnswer> {
  const answer = await ring.get(query);
  if (answer.records.length === 0 && !answer.complete) {
    throw new Problem('ring-unavailable', 'Too few of the phones that should hold this answered.', { retryAfterS: 2 });
  }
  return answer;
}

/**
 * The newest version of an author's mutable record; undefined when every replica that had to answer knows of none.
 * A tombstone is returned like any other version. Throws ring-unavailable when too few answered to tell.
 */
export async function getMutable(ring: Ring, place: Id, name: string, author: Id): Promise<RingRecord | undefined> {
  const answer = await getSettled(ring, { place, name });
  return answer.records.find((record) => record.kind === 'mutable' && record.author === author);
}
