/** What somebody meant who wrote a name that there is not. */

/** The name that takes the fewest letters to change, when those are no more than a third of it; else undefined. */
function nearestName(wrong: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const changes = editDistance(wrong, name);
    if (changes >= least || changes > Math.max(1, Math.ceil(name.length / 3))) continue;
    nearest = name;
    least = changes;
  }
  return nearest;
}

/** `(did you mean x?)` with a space before it, or nothing. */
export function suggestion(wrong: string, names: readonly string[]): string {
  const nearest = nearestName(wrong, names);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

/** Levenshtein's: letters put in, taken out or exchanged. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const exchange = row[j]! + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(exchange, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
