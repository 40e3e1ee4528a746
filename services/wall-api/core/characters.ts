/** Whether a text has at most so many Unicode characters (code points). */
export function isWithinCharacters(text: string, most: number): boolean {
  if (text.length > 2 * most) return false; // a character takes at most two UTF-16 units
  let characters = 0;
  for (const _ of text) characters++;
  return characters <= most;
}

/** The first so many Unicode characters (code points) of a text. */
export function firstCharacters(text: string, count: number): string {
  return Array.from(text).slice(0, count).join('');
}
