/** Links in what people write: addresses of the web alone, as they stand in the text. */

export type TextPart = { readonly text: string } | { readonly text: string; readonly href: string };

/** Where an address may begin; it goes on until white space or what no address has. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/giu;
/** At its end these belong to the sentence around it. */
const AFTER = /[.,;:!?’'\u201d\u2026»]+$/u;
/** What of an address is shown: enough to tell where it leads. */
const SHOWN_CHARACTERS = 34;

/** The text in pieces, the links among them, in order. Links show where they lead, shortened. */
export function splitLinks(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutRest(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: shortened(address), href: new URL(address).href });
    done = match.index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** Without marks that end the sentence, and without a bracket that was opened before it. */
function withoutRest(address: string): string {
  const trimmed = address.replace(AFTER, '');
  const isUnopened = trimmed.endsWith(')') && count(trimmed, ')') > count(trimmed, '(');
  return isUnopened ? withoutRest(trimmed.slice(0, -1)) : trimmed;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function shortened(address: string): string {
  const plain = address.replace(/^https?:\/\/(?:www\.)?/iu, '').replace(/\/$/u, '');
  const characters = Array.from(plain);
  return characters.length <= SHOWN_CHARACTERS ? plain : `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}
