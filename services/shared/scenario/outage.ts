/** Outages: many phones go at once, whatever they would have done else, and come back as their lives then have it. */
import type { SeededRandom } from '../core/random.ts';
import { isUpAfter, type PopulationEvent } from './population-event.ts';
import type { Outage, Scenario } from './scenario.ts';

type Life = readonly PopulationEvent[];

/** The lives of phones, each in order of time, as the outages leave them. */
export function strikeOutages(
  { outages, durationMs }: Pick<Scenario, 'outages' | 'durationMs'>,
  lives: readonly Life[],
  random: SeededRandom,
): readonly Life[] {
  const struck = [...lives];
  for (const outage of [...outages].sort((a, b) => a.atMs - b.atMs)) {
    for (const phone of victimsOf(outage, struck, random)) {
      struck[phone] = strike(outage, struck[phone]!, phone, durationMs);
    }
  }
  return struck;
}

function victimsOf({ atMs, whom }: Outage, lives: readonly Life[], random: SeededRandom): readonly number[] {
  const up = [...lives.keys()].filter((phone) => isUpAt(lives[phone]!, atMs));
  if ('phones' in whom) return up.filter((phone) => whom.phones.includes(phone));
  return random.shuffle(up).slice(0, Math.round(whom.share * up.length));
}

function strike({ atMs, deed, returnAfterMs }: Outage, life: Life, phone: number, durationMs: number): Life {
  const before = life.filter((event) => event.atMs < atMs);
  const backMs = returnAfterMs === undefined ? Number.POSITIVE_INFINITY : atMs + returnAfterMs;
  const after = life.filter((event) => event.atMs >= backMs);
  const returns = backMs < durationMs && isUpAt(life, backMs) ? [{ atMs: backMs, phone, deed: 'return' } as const] : [];
  return [...before, { atMs, phone, deed }, ...returns, ...after];
}

/** Whether a phone that lives so is up just before a time. */
function isUpAt(life: Life, atMs: number): boolean {
  const last = life.findLast((event) => event.atMs < atMs || (event.atMs === 0 && atMs === 0));
  return last !== undefined && isUpAfter(last.deed);
}
