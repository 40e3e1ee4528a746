/** The sets that lead to a post, and those that hang on it: which entries they get, and lose again. */
import type { Id } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { dayOf, placeOfRecent, RECENT, REPLIES, REVISIONS, recentShardOf, WALL } from '../ring/ring-names.ts';
import type { MemberDraft } from '../ring/writer.ts';
import type { WallCrypto } from '../wall-crypto.ts';
import type { PostContent } from './post-format.ts';

/** Edits whose texts are kept beside the original; the slots are used in turn, so the newest stay. */
export const KEPT_REVISIONS = 50;

/** The slot that the text of an edit is kept in. */
export function slotOfRevision(seq: number): string {
  return String(seq % KEPT_REVISIONS);
}

/** What names a new post. Entries are written once and removed once, so versions 1 and 2 do. */
export function indexEntries(id: Id, createdAt: number, content: PostContent, crypto: WallCrypto): MemberDraft[] {
  const { audience, inReplyTo } = content;
  const about = inReplyTo === undefined || audience === 'friends' ? { audience } : { audience, inReplyTo };
  const entry = { slot: id, seq: 1, createdAt };
  const entries: MemberDraft[] = [{ ...entry, name: WALL, value: about }];
  if (inReplyTo !== undefined) entries.push({ ...entry, name: REPLIES, place: inReplyTo, value: {} });
  else if (audience === 'public') {
    entries.push({ ...entry, name: RECENT, place: placeOfRecentPost(id, createdAt, crypto), value: {} });
  }
  return entries;
}

/**
 * What takes a post out of its sets. Removed entries keep their time, that pages of the set do not shift. An answer
 * stays in its parent's set: what was answered to it stays within reach.
 */
export function indexRemovals(id: Id, createdAt: number, content: PostContent, crypto: WallCrypto): MemberDraft[] {
  return indexEntries(id, createdAt, content, crypto)
    .filter(({ name }) => name !== REPLIES)
    .map((entry): MemberDraft => Object.assign(entry, { seq: 2, value: undefined }));
}

/** What removes the kept texts of a post with so many edits, and of those found in its set. */
export function revisionRemovals(post: Id, edits: number, found: readonly RingRecord[]): MemberDraft[] {
  const newest = new Map<string, number>();
  for (let seq = Math.max(1, edits - KEPT_REVISIONS + 1); seq <= edits; seq++) newest.set(slotOfRevision(seq), seq);
  for (const { slot, seq } of found) newest.set(slot, Math.max(seq, newest.get(slot) ?? 0));
  return [...newest].map(([slot, seq]) => {
    return { name: REVISIONS, slot, place: post, value: undefined, seq: seq + KEPT_REVISIONS, createdAt: 0 };
  });
}

function placeOfRecentPost(id: Id, createdAt: number, crypto: WallCrypto): Id {
  return placeOfRecent(dayOf(createdAt), recentShardOf(id), crypto);
}
