/** Round trips between phones as each of them measures them, in rows from and columns to. */
import type { Id } from '../../shared/core/id.ts';
import type { RingView } from './ring-views.ts';

export interface LatencyMatrix {
  /** Milliseconds; null where it was never measured, and from a phone to itself. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly measured: number;
  /** Of all that was measured; null when nothing was. */
  readonly p50: number | null;
  readonly p90: number | null;
}

/** `ids`: the phones in order; `viewOf`: undefined for a phone that could not be asked. */
export function latencyMatrix(ids: readonly Id[], viewOf: (id: Id) => RingView | undefined): LatencyMatrix {
  const rows = ids.map((from) => {
    const known = viewOf(from)?.known;
    return ids.map((to) => (from === to ? null : (known?.get(to)?.rttMs ?? null)));
  });
  const all = rows.flat().flatMap((ms) => ms ?? []);
  all.sort((a, b) => a - b);
  const at = (part: number): number | null => all[Math.floor(part * (all.length - 1))] ?? null;
  return { rows, measured: all.length, p50: at(0.5), p90: at(0.9) };
}

/** At most `count` of them, spread evenly over their order. */
export function spreadOver<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
