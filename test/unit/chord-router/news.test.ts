import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ITEM_BYTES, MAX_ITEMS, MESSAGE_BYTES, News } from '../../../services/chord-router/core/news/news.ts';
import { digestOfList, digestOfLists } from '../../../services/chord-router/core/ring/list-digest.ts';
import { distance } from '../../../services/shared/core/id.ts';
import { contactAt } from './positions.ts';

const self = contactAt(1000).id;
const until = contactAt(3000).id;
const joined = (at: number) => ({ kind: 'joined', contact: contactAt(at) }) as const;
const gone = (at: number) => ({ kind: 'gone', id: contactAt(at).id }) as const;

describe('news', () => {
  it('goes to the whole ring from where it begins, and from others as far as they say', () => {
    const news = new News(1_000);
    news.begin(joined(1), self, 0);
    news.hear(gone(2), until, 0);
    expect(news.take()).toEqual([
      { word: joined(1), from: undefined, until: self },
      { word: gone(2), from: undefined, until },
    ]);
    expect(news.pending).toBe(false);
  });

  it('is passed on once, however often it comes within half a minute', () => {
    const news = new News(1_000);
    expect(news.hear(joined(1), until, 0)).toBe(true);
    expect(news.hear(joined(1), self, 29_000)).toBe(false);
    expect(news.begin(joined(1), self, 29_000)).toBe(false);
    expect(news.take()).toHaveLength(1);
    expect(news.hear(joined(1), until, 31_000)).toBe(true);
  });

  it('is outdone by the opposite, and tells since when a phone is said to be gone', () => {
    const news = new News(1_000);
    news.hear(joined(1), until, 0);
    expect(news.hear(gone(1), until, 10)).toBe(true);
    expect(news.take()).toEqual([{ word: gone(1), from: undefined, until }]);
    expect(news.goneAtMs(contactAt(1).id)).toBe(10);
    news.hear(joined(1), until, 20);
    expect(news.goneAtMs(contactAt(1).id)).toBeUndefined();
  });

  it('is bounded: the oldest that waits makes room', () => {
    const news = new News(1_000);
    for (let i = 0; i < MAX_ITEMS + 5; i++) news.hear(gone(i), until, 0);
    const items = news.take();
    expect(items).toHaveLength(MAX_ITEMS);
    expect(items[0]!.word).toEqual(gone(5));
  });
});

describe('the budget of news', () => {
  it('holds in the long run: what is over it waits', () => {
    const news = new News(100);
    news.noteTime(0);
    news.spend(60 * 100); // what a minute of quiet has saved
    news.hear(joined(1), until, 0);
    expect(news.take()).toEqual([]);
    news.noteTime(1000);
    expect(news.take()).toHaveLength(1);
  });

  it('is not filled further by a clock that was set back', () => {
    const news = new News(100);
    news.noteTime(100_000);
    news.spend(6_000);
    news.hear(joined(1), until, 0);
    news.noteTime(0);
    expect(news.pending).toBe(false);
  });

  it('sets how far back on the ring news reaches, and all of it again once things are quiet', () => {
    const bytesAnItem = ITEM_BYTES + MESSAGE_BYTES / 2;
    const news = new News(10 * bytesAnItem);
    let atMs = 0;
    let subject = 0;
    const hearFor = (seconds: number, itemsASecond: number): void => {
      for (let second = 0; second < seconds; second++, atMs += 1000) {
        news.noteTime(atMs);
        for (let i = 0; i < itemsASecond; i++) news.hear(joined(subject++), until, atMs);
      }
    };
    hearFor(60, 5);
    expect(news.reach).toBe(1);
    hearFor(21, 40);
    expect(news.reach).toBeCloseTo(0.25, 1);
    news.take();
    news.begin(joined(9_999_999), self, atMs);
    const from = news.take()[0]!.from!;
    expect(Number(distance(from, self)) / 2 ** 128).toBeCloseTo(news.reach, 5);
    hearFor(80, 0);
    expect(news.reach).toBe(1);
  });
});

describe('a digest of lists', () => {
  it('tells lists apart by who is on them, where they listen and the order', () => {
    const contacts = fc.array(fc.nat(5).map(contactAt), { maxLength: 4 });
    fc.assert(
      fc.property(contacts, contacts, (a, b) => {
        expect(digestOfList(a) === digestOfList(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    const [phone, other] = [contactAt(1), contactAt(2)];
    expect(digestOfList([{ ...phone, address: '10.9.9.9:1' }])).not.toBe(digestOfList([phone]));
    expect(digestOfLists({ predecessor: other, successors: [phone] })).not.toBe(
      digestOfLists({ predecessor: phone, successors: [other] }),
    );
    expect(digestOfList([])).toMatch(/^[0-9a-f]{16}$/);
  });
});
