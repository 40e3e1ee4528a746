/** What people leave in each other's inboxes: one entry an author and subject, so that repeating it is no second one. */
import { type Id, parseId } from '../../../shared/core/id.ts';
import type { RingRecord } from '../../../shared/core/record.ts';
import { isReactionKind, type ReactionKind } from '../posts/reaction-kind.ts';
import { decodeValue, type JsonObject } from '../ring/json-value.ts';
import { INBOX, placeOfInbox } from '../ring/ring-names.ts';
import type { MemberDraft } from '../ring/writer.ts';
import type { WallCrypto } from '../wall-crypto.ts';

export type InboxSubject =
  | { readonly type: 'reply'; readonly post: Id; readonly parent: Id }
  | { readonly type: 'reaction'; readonly post: Id; readonly kind: ReactionKind }
  | { readonly type: 'friend-request' }
  | { readonly type: 'friend-accepted' };

/** The entry that tells a person of something. */
export function inboxEntry(to: Id, subject: InboxSubject, at: number, crypto: WallCrypto): MemberDraft {
  return { ...inboxSlot(to, subject, at, crypto), value: { ...subject } };
}

/** Takes such an entry back. */
export function inboxRemoval(to: Id, subject: InboxSubject, at: number, crypto: WallCrypto): MemberDraft {
  return { ...inboxSlot(to, subject, at, crypto), value: undefined };
}

function inboxSlot(to: Id, subject: InboxSubject, at: number, crypto: WallCrypto): Omit<MemberDraft, 'value'> {
  return { name: INBOX, place: placeOfInbox(to, crypto), slot: slotOf(subject), seq: Math.max(1, at), createdAt: at };
}

function slotOf(subject: InboxSubject): string {
  switch (subject.type) {
    case 'reply':
      return `reply/${subject.post}`;
    case 'reaction':
      return `reaction/${subject.post}/${subject.kind}`;
    case 'friend-request':
    case 'friend-accepted':
      return 'friend';
  }
}

/** Reads an entry; undefined when it is none, for anybody may write there. */
export function readInboxEntry(record: RingRecord): InboxSubject | undefined {
  if (record.deleted || record.name !== INBOX) return undefined;
  const value = decodeValue(record.value);
  const subject = value === undefined ? undefined : subjectOf(value);
  return subject !== undefined && slotOf(subject) === record.slot ? subject : undefined;
}

function subjectOf(value: JsonObject): InboxSubject | undefined {
  const { type, kind } = value;
  if (type === 'friend-request' || type === 'friend-accepted') return { type };
  const post = readIdOf(value, 'post');
  if (post === undefined) return undefined;
  if (type === 'reaction' && isReactionKind(kind)) return { type, post, kind };
  const parent = readIdOf(value, 'parent');
  return type === 'reply' && parent !== undefined ? { type, post, parent } : undefined;
}

function readIdOf(value: JsonObject, member: string): Id | undefined {
  const text = value[member];
  return typeof text === 'string' ? parseId(text) : undefined;
}
