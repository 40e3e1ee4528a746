import { describe, expect, it } from 'vitest';
import type { Notification, ReactionKind } from '../../../services/wall-api/client/contract.ts';
import {
  growGroups,
  type NotificationGroup,
  sentenceOf,
  targetOf,
} from '../../../web/wall/state/notification-groups.ts';

const createdAt = '2025-11-22T21:30:00.000Z';
const fromOf = (name: string) => ({ id: `id of ${name}`, name });
const common = (id: string, name: string) => ({ id, from: fromOf(name), createdAt, unread: true });

const reaction = (id: string, name: string, post: string, kind: ReactionKind = 'like'): Notification => ({
  ...{ ...common(id, name), type: 'reaction', post, kind },
});
const reply = (id: string, name: string, parent: string): Notification => ({
  ...{ ...common(id, name), type: 'reply', post: `answer ${id}`, parent },
});
const asking = (id: string, name: string): Notification => ({ ...common(id, name), type: 'friend-request' });

const idsIn = (groups: readonly NotificationGroup[]): string[] =>
  groups.map(({ items }) => items.map(({ id }) => id).join(' '));
const sentences = (...items: Notification[]): string[] => growGroups([], items).map(sentenceOf);

describe('what happened', () => {
  it('is one line a post, in the words of one person, of two, or of many', () => {
    expect(sentences(reaction('1', 'Ana', 'p', 'love'))).toEqual(['Ana reacted to your post: love']);
    expect(sentences(reaction('1', 'Ana', 'p'), reaction('2', 'Ben', 'p', 'wow'))).toEqual([
      'Ana and Ben reacted to your post: like, wow',
    ]);
    const four = ['Ana', 'Ben', 'Cem', 'Dora'].map((name) => reaction(name, name, 'p'));
    expect(sentences(...four)).toEqual(['Ana and 3 others reacted to your post: like']);
    expect(sentences(...['Ana', 'Ben', 'Cem'].map((name) => reply(name, name, 'p')))).toEqual([
      'Ana and 2 others answered your post',
    ]);
  });

  it('counts each person once, and namesakes apart', () => {
    expect(sentences(reaction('1', 'Ana', 'p', 'love'), reaction('2', 'Ana', 'p', 'wow'))).toEqual([
      'Ana reacted to your post: love, wow',
    ]);
    expect(sentences(reply('1', 'Ana', 'p'), reply('2', 'Ana', 'p'))).toEqual(['Ana answered your post 2 times']);
    const nameless = { ...reaction('2', 'Ben', 'p'), from: { id: 'x', name: null } };
    expect(sentences(reaction('1', 'Ana', 'p'), nameless)).toEqual(['Ana and Somebody reacted to your post: like']);
    const namesake = { ...reaction('2', 'Ben', 'p'), from: { id: 'another', name: 'Ana' } };
    expect(sentences(reaction('1', 'Ana', 'p'), namesake)).toEqual(['Ana and Ana reacted to your post: like']);
  });

  it('keeps apart other posts, answers from reactions, and all who ask to be friends', () => {
    const items = [reaction('1', 'Ana', 'p'), reaction('2', 'Ana', 'q'), reply('3', 'Ana', 'p'), asking('4', 'Ben')];
    expect(idsIn(growGroups([], [...items, asking('5', 'Cem')]))).toEqual(['1', '2', '3', '4', '5']);
  });

  it('leads to the one answer, or to the conversation with several', () => {
    const [one] = growGroups([], [reply('1', 'Ana', 'p')]);
    const [several] = growGroups([], [reply('1', 'Ana', 'p'), reply('2', 'Ben', 'p')]);
    const [asks] = growGroups([], [asking('1', 'Ben')]);
    expect([one, several, asks].map((group) => targetOf(group!))).toEqual([
      '#/post/answer 1',
      '#/post/p',
      '#/person/id of Ben',
    ]);
  });
});

describe('lines that are being read', () => {
  const known = [reaction('c', 'Cem', 'q'), reaction('b', 'Ben', 'p'), asking('a', 'Ana')];
  const before = growGroups([], known);
  const placesOf = (groups: readonly NotificationGroup[]): string[] => groups.map(({ key }) => key);

  it('stay in their order when something happens to one below: that is a new line', () => {
    const after = growGroups(before, [reaction('d', 'Dora', 'p'), ...known]);
    expect(idsIn(after)).toEqual(['d', 'c', 'b', 'a']);
    expect(placesOf(after).slice(1)).toEqual(placesOf(before));
  });

  it('take in what happens to the first', () => {
    const fresh = [reaction('e', 'Eve', 'q', 'wow'), reaction('d', 'Dora', 'q')];
    const after = growGroups(before, [...fresh, ...known]);
    expect(idsIn(after)).toEqual(['e d c', 'b', 'a']);
    expect(placesOf(after)).toEqual(placesOf(before));
    expect(sentenceOf(after[0]!)).toBe('Eve and 2 others reacted to your post: wow, like');
  });

  it('take in what is read further down', () => {
    const after = growGroups(before, [...known, reaction('0', 'Zoe', 'p'), reaction('1', 'Zoe', 'r')]);
    expect(idsIn(after)).toEqual(['c', 'b 0', 'a', '1']);
  });

  it('show items as they are now, and lose those that are gone', () => {
    const read = { ...known[0]!, unread: false };
    const after = growGroups(before, [read, known[2]!]);
    expect(idsIn(after)).toEqual(['c', 'a']);
    expect(after[0]!.items[0].unread).toBe(false);
    expect(idsIn(growGroups(before, [reaction('y', 'Ana', 'p'), reaction('x', 'Ben', 'p')]))).toEqual(['y x']);
  });
});
