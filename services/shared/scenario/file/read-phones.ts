/** Numbers of phones: `7`, `0-29`, `0-9, 12, 20-29`. */
import type { Value } from './value.ts';

/** In ascending order, each once. `phones`: how many there are; undefined: not known. */
export function readPhones(value: Value, phones = Number.POSITIVE_INFINITY): readonly number[] | undefined {
  const numbers = new Set<number>();
  for (const part of (value.plain ?? '').split(',')) {
    const match = /^\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*$/.exec(part);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || from > to) return value.fault('phones such as 7, 0-29 or "0-9, 12" are wanted');
    if (to >= phones) return value.fault(`there is no phone ${to}: they are 0 to ${phones - 1}`);
    for (let number = from; number <= to; number++) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}
