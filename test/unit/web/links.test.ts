import { describe, expect, it } from 'vitest';
import { splitLinks } from '../../../web/wall/state/links.ts';

const hrefs = (text: string): string[] => splitLinks(text).flatMap((part) => ('href' in part ? [part.href] : []));
const shown = (text: string): string =>
  splitLinks(text)
    .map((part) => part.text)
    .join('');

describe('links in a text', () => {
  it('are addresses of the web and nothing else', () => {
    expect(
      hrefs('https://a.example/x and HTTP://b.example, javascript:alert(1) data:text/html,x ftp://c.example'),
    ).toEqual(['https://a.example/x', 'http://b.example/']);
    expect(hrefs('xhttps://a.example https:// https://[ http://')).toEqual([]);
  });

  it.each([
    ['See https://a.example/x.', 'https://a.example/x'],
    ['(https://a.example/x)', 'https://a.example/x'],
    ['(see https://a.example/x_(y)).', 'https://a.example/x_(y)'],
    ['https://a.example/x?y=1&z=2#w!', 'https://a.example/x?y=1&z=2#w'],
    ['“https://a.example/x”', 'https://a.example/x'],
    ['<https://a.example/x>', 'https://a.example/x'],
  ])('end where the address ends: %s', (text, href) => {
    expect(hrefs(text)).toEqual([href]);
    expect(shown(text)).toBe(text.replace('https://', ''));
  });

  it('leave the text around them as it is', () => {
    const text = ' a\n https://a.example b  https://b.example/ c';
    expect(splitLinks(text)).toEqual([
      { text: ' a\n ' },
      { text: 'a.example', href: 'https://a.example/' },
      { text: ' b  ' },
      { text: 'b.example', href: 'https://b.example/' },
      { text: ' c' },
    ]);
    expect(splitLinks('no link')).toEqual([{ text: 'no link' }]);
    expect(splitLinks('')).toEqual([]);
  });

  it('are shortened where they are long, and lead where they say', () => {
    const address = `https://www.a.example/${'long/'.repeat(20)}`;
    const [link] = splitLinks(address);
    expect(link).toEqual({ text: 'a.example/long/long/long/long/long…', href: address });
  });
});
