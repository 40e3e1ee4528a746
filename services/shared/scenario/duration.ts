/** Durations as scenario files write them: `250ms`, `90s`, `1.4min`, `2h`. */
const MS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['min', 60_000],
  ['h', 3_600_000],
]);

/** No scenario lasts longer than thirty days. */
const MAX_DURATION_MS = 30 * 24 * 3_600_000;

/** Milliseconds; undefined when the text is no duration from 0 to `MAX_DURATION_MS`. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,10}(?:\.\d{1,6})?)(ms|s|min|h)$/.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * MS_OF_UNIT.get(match[2]!)!;
  return ms <= MAX_DURATION_MS ? ms : undefined;
}
