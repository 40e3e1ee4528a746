/** What to call a post where there is room for a line. */
import type { Post } from '../../../services/wall-api/client/contract.ts';

const MAX_CHARACTERS = 140;

/** The beginning of its text; of pictures alone, what the first one shows. */
export function titleOf({ text, media }: Pick<Post, 'text' | 'media'>): string {
  const title = text.trim() === '' ? `Picture: ${media[0]?.alt ?? 'without a description'}` : text;
  return title.slice(0, MAX_CHARACTERS);
}
