/** Whether phones form an ideal ring: each knows exactly the neighbours that the sorted ids say it should have. */
import { type Id, parseId } from '../services/shared/core/id.ts';

/** What a phone says of its place: the part of GET /v1/network/self that matters here. */
export interface RingPlace {
  readonly id: Id;
  readonly predecessor: Id | undefined;
  /** Nearest first. */
  readonly successors: readonly Id[];
  readonly records: number;
  readonly settled: boolean;
}

const ASK_TIMEOUT_MS = 2_000;

/** Undefined when the phone does not answer in time, or with something else. */
export async function askPlace(api: string): Promise<RingPlace | undefined> {
  try {
    const response = await fetch(`${api}/v1/network/self`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    return response.ok ? readPlace(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

interface PlaceBody {
  readonly id?: unknown;
  readonly predecessor?: { readonly id?: unknown } | null;
  readonly successors?: readonly { readonly id?: unknown }[];
  readonly records?: unknown;
  readonly settled?: unknown;
}

function readPlace(body: unknown): RingPlace | undefined {
  const { id, predecessor, successors, records, settled } = body as PlaceBody;
  const self = readId(id);
  if (self === undefined || !Array.isArray(successors)) return undefined;
  return {
    id: self,
    predecessor: readId(predecessor?.id),
    successors: successors.flatMap((phone: { id?: unknown }) => readId(phone.id) ?? []),
    records: typeof records === 'number' ? records : 0,
    settled: settled === true,
  };
}

function readId(value: unknown): Id | undefined {
  return typeof value === 'string' ? parseId(value) : undefined;
}

/**
 * What is wrong with the ring that these phones should form, undefined when it is ideal. `listLength` is how many
 * successors each phone keeps in a ring large enough.
 */
export function ringFault(ids: readonly Id[], places: readonly RingPlace[], listLength: number): string | undefined {
  const order = [...ids].sort();
  const placeOf = new Map(places.map((place) => [place.id, place]));
  const wanted = Math.min(listLength, order.length - 1);
  for (const [i, id] of order.entries()) {
    const place = placeOf.get(id);
    if (place === undefined) return `phone ${id} does not answer`;
    const previous = order[(i + order.length - 1) % order.length]!;
    if (order.length > 1 && place.predecessor !== previous)
      return `phone ${id} has another predecessor than ${previous}`;
    for (let step = 1; step <= wanted; step++) {
      const next = order[(i + step) % order.length]!;
      if (place.successors[step - 1] !== next) return `phone ${id} lacks ${next} as successor ${step}`;
    }
    if (place.successors.length > wanted) return `phone ${id} keeps successors that are gone`;
  }
  return undefined;
}
