/**
 * What happened, as one reads it: all reactions to a post are one line, and so are all answers to it. Lines never change
 * places while one reads them: what happens meanwhile makes a new line, unless the first one is about the same.
 */
import type { Notification, ReactionKind } from '../../../services/wall-api/client/contract.ts';

export interface NotificationGroup {
  /** Stays as the group grows. */
  readonly key: string;
  /** At least one, the newest first, all about the same. */
  readonly items: readonly [Notification, ...Notification[]];
}

/** Of a name within a sentence. */
const NAME_CHARACTERS = 32;

type Groups = readonly NotificationGroup[];

/** The groups of a list, the newest first, that has grown since it was grouped last: at its beginning, its end, or both. */
export function growGroups(before: Groups, items: readonly Notification[]): Groups {
  const known = new Set(before.flatMap((group) => group.items.map(({ id }) => id)));
  const start = items.findIndex(({ id }) => known.has(id));
  const fresh = start < 0 ? [] : items.slice(0, start);
  let groups = withPresent(before, items);
  for (const item of fresh.toReversed()) groups = withFresh(groups, item);
  for (const item of items.slice(fresh.length)) if (!known.has(item.id)) groups = withOlder(groups, item);
  return groups;
}

/** The groups with their items as they are now, without those that are gone. */
function withPresent(groups: Groups, items: readonly Notification[]): Groups {
  const present = new Map(items.map((item) => [item.id, item]));
  return groups.flatMap(({ key, items: old }) => {
    const [first, ...rest] = old.map(({ id }) => present.get(id)).filter((item) => item !== undefined);
    return first === undefined ? [] : [{ key, items: [first, ...rest] as const }];
  });
}

function withFresh(groups: Groups, item: Notification): Groups {
  const [first, ...rest] = groups;
  if (first === undefined || subjectOf(first.items[0]) !== subjectOf(item)) return [groupOf(item), ...groups];
  return [{ ...first, items: [item, ...first.items] }, ...rest];
}

function withOlder(groups: Groups, item: Notification): Groups {
  const subject = subjectOf(item);
  const place = groups.findIndex((group) => subjectOf(group.items[0]) === subject);
  if (place < 0) return [...groups, groupOf(item)];
  return groups.map((group, i) => (i === place ? { ...group, items: [...group.items, item] } : group));
}

function groupOf(item: Notification): NotificationGroup {
  return { key: item.id, items: [item] };
}

/** What a line is about. Whoever asks to be a friend is a line of their own: each wants an answer. */
function subjectOf(item: Notification): string {
  if (item.type === 'reaction') return `reaction ${item.post}`;
  return item.type === 'reply' ? `reply ${item.parent}` : item.id;
}

/** `Ana and 3 others reacted to your post: like, love`. */
export function sentenceOf({ items }: NotificationGroup): string {
  const who = people(items);
  switch (items[0].type) {
    case 'reply':
      return `${who} answered your post${items.length > 1 && authorsOf(items).length === 1 ? ` ${items.length} times` : ''}`;
    case 'reaction':
      return `${who} reacted to your post: ${kindsOf(items).join(', ')}`;
    case 'friend-request':
      return `${who} asks to be your friend`;
    case 'friend-accepted':
      return `${who} is your friend now`;
  }
}

/** Everybody a line is about, once, the latest first. */
export function authorsOf(items: readonly Notification[]): readonly Notification['from'][] {
  return [...new Map(items.map(({ from }) => [from.id, from])).values()];
}

function people(items: readonly Notification[]): string {
  const [first, second, ...others] = authorsOf(items).map(({ name }) => shortName(name ?? 'Somebody'));
  if (second === undefined) return first!;
  return others.length === 0 ? `${first} and ${second}` : `${first} and ${others.length + 1} others`;
}

function shortName(name: string): string {
  const characters = Array.from(name);
  return characters.length <= NAME_CHARACTERS ? name : `${characters.slice(0, NAME_CHARACTERS - 1).join('')}…`;
}

/** The kinds of reactions, the latest first. */
export function kindsOf(items: readonly Notification[]): readonly ReactionKind[] {
  return [...new Set(items.flatMap((item) => (item.type === 'reaction' ? [item.kind] : [])))];
}

/** Where a line leads. */
export function targetOf({ items: [newest, ...older] }: NotificationGroup): string {
  if (newest.type === 'reply') return `#/post/${older.length === 0 ? newest.post : newest.parent}`;
  return newest.type === 'reaction' ? `#/post/${newest.post}` : `#/person/${newest.from.id}`;
}
