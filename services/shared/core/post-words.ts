/** What a post says in words: by them it is found, and whoever doubts its entry in the index computes it from them again. */

/** The text and, below it, what its pictures show, as their descriptions say: a picture without text is found by its own. */
export function wordsOfPost(text: string, descriptions: readonly (string | null)[]): string {
  return [text, ...descriptions].filter((part) => part !== null && part !== '').join('\n');
}
