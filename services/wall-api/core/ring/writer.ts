/**
 * Writing in a person's name. Versions of what may change follow the clock, so that a write needs no read before
 * it; where a clock stood behind an earlier write, the ring answers with what stands and the write goes over it.
 */
import type { Id } from '../../../shared/core/id.ts';
import { type RecordDraft, type RingRecord, sealRecord } from '../../../shared/core/record.ts';
import type { Signer } from '../identity/person.ts';
import { Problem } from '../problem.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import { EMPTY_VALUE, encodeValue, type JsonObject } from './json-value.ts';
import { type Custody, problemOfReceipt, type Ring } from './ring-client.ts';

/** A member as its author thinks of it; a `value` of undefined removes it. */
export interface MemberDraft {
  readonly name: string;
  readonly slot: string;
  /** Sets that are not the author's own. */
  readonly place?: Id;
  readonly value: JsonObject | undefined;
  readonly seq: number;
  readonly createdAt: number;
}

/** Which try of a request this is. */
export interface Attempt {
  /**
   * Milliseconds since the epoch: when it was made first. The time of what is written, so that a repetition
   * writes the same.
   */
  readonly at: number;
  /** The client may repeat it as the same request. */
  readonly repeatable: boolean;
}

const TRIES = 3;

export function sign(author: Signer, draft: RecordDraft, crypto: WallCrypto): RingRecord {
  return sealRecord(draft, author.authorKey, (message) => author.sign(message), crypto);
}

export function signMember(author: Signer, draft: MemberDraft, crypto: WallCrypto): RingRecord {
  return sign(author, recordDraftOf(draft), crypto);
}

function recordDraftOf({ value, ...draft }: MemberDraft): RecordDraft {
  return {
    ...draft,
    kind: 'member',
    deleted: value === undefined,
    value: value === undefined ? EMPTY_VALUE : encodeValue(value),
  };
}

/**
 * Puts records of one author, going over newer versions of their own that stand: the caller means them to be
 * the last word. Custody in the drafts' order. Throws the Problem of the first that was not stored, also when
 * others were.
 */
export async function putOver(
  ring: Ring,
  author: Signer,
  drafts: readonly RecordDraft[],
  crypto: WallCrypto,
): Promise<readonly Custody[]> {
  const custody: Custody[] = Array.from({ length: drafts.length });
  let open = drafts.map((draft, index) => ({ draft, index }));
  for (let attempt = 1; open.length > 0; attempt++) {
    const receipts = await ring.put(open.map(({ draft }) => sign(author, draft, crypto)));
    const again: typeof open = [];
    for (const [position, { draft, index }] of open.entries()) {
      const receipt = receipts[position];
      if (receipt === undefined) throw new Problem('internal-error', 'The ring gave no receipt.');
      const problem = problemOfReceipt(receipt);
      if (problem === undefined) custody[index] = { replicas: receipt.replicas, acknowledged: receipt.acknowledged };
      else if (receipt.outcome !== 'superseded' || receipt.newer === undefined || attempt === TRIES) throw problem;
      else again.push({ draft: { ...draft, seq: receipt.newer.seq + 1 }, index });
    }
    open = again;
  }
  return custody;
}

/** As putOver, of members. */
export async function putMembersOver(
  ring: Ring,
  author: Signer,
  drafts: readonly MemberDraft[],
  crypto: WallCrypto,
): Promise<readonly Custody[]> {
  return await putOver(ring, author, drafts.map(recordDraftOf), crypto);
}

/** What several records stand for together: as safe as the least safe of them. */
export function leastCustody(custodies: readonly Custody[]): Custody {
  const [first, ...others] = custodies;
  if (first === undefined) throw new RangeError('custody of nothing');
  return others.reduce((least, custody) => (custody.acknowledged < least.acknowledged ? custody : least), first);
}
