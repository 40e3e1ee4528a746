/** The beginning of a text, to name what it is about. */
import { firstCharacters, isWithinCharacters } from '../characters.ts';

const LABEL_CHARACTERS = 60;

/** One line of up to 60 characters; a label of a label is the same. */
export function labelOf(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return isWithinCharacters(line, LABEL_CHARACTERS) ? line : `${firstCharacters(line, LABEL_CHARACTERS)}…`;
}
