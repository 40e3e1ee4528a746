import { describe, expect, it } from 'vitest';
import { NO_PAGES, type PagesState, withNewest, withNext } from '../../../web/wall/state/pages.ts';

interface Item {
  readonly id: string;
  readonly note?: string;
}

const items = (ids: string, note?: string): Item[] =>
  Array.from(ids, (id) => (note === undefined ? { id } : { id, note }));
const page = (ids: string, cursor: string | null, complete = true) => ({ items: items(ids), cursor, complete });
const list = (ids: string, cursor: string | null, isComplete = true): PagesState<Item> => ({
  ...{ items: items(ids), cursor, isComplete },
});

describe('a list of pages', () => {
  it('grows at its end, and stays in doubt once a page was', () => {
    const first = withNext<Item>(NO_PAGES, page('ab', '2', false));
    expect(first).toEqual(list('ab', '2', false));
    expect(withNext(first, page('c', null))).toEqual(list('abc', null, false));
  });

  it('grows at its beginning without losing what was read further down', () => {
    expect(withNewest(list('cdefg', '5'), page('abcd', '4'))).toEqual(list('abcdefg', '5'));
    expect(withNewest(list('abcdefg', null), page('abcd', '4', false))).toEqual(list('abcdefg', null, false));
  });

  it('takes the newer state of an item, and drops what is gone from the beginning', () => {
    const fresh = { ...page('', '4'), items: items('acd', 'seen') };
    expect(withNewest(list('abcdef', '6'), fresh).items).toEqual([...items('acd', 'seen'), ...items('ef')]);
  });

  it('begins anew where the page does not reach what is known, or is all there is', () => {
    expect(withNewest(list('xyz', '9'), page('abcd', '4'))).toEqual(list('abcd', '4'));
    expect(withNewest(list('abz', '9'), page('ab', null))).toEqual(list('ab', null));
    expect(withNewest<Item>(NO_PAGES, page('ab', '2'))).toEqual(list('ab', '2'));
    expect(withNewest(list('ab', '2'), page('', null))).toEqual(list('', null));
    expect(withNewest(list('ab', 'old'), page('ab', 'new'))).toEqual(list('ab', 'new'));
  });
});
