import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Id, idFromNumber } from '../../../services/shared/core/id.ts';
import { type RingPlace, ringFault } from '../../../testnet/ring-check.ts';

const LIST = 4;

function idealPlaces(ids: readonly Id[]): RingPlace[] {
  const order = [...ids].sort();
  const at = (i: number): Id => order[(i + order.length) % order.length]!;
  return order.map((id, i) => ({
    id,
    predecessor: order.length === 1 ? undefined : at(i - 1),
    successors: Array.from({ length: Math.min(LIST, order.length - 1) }, (_, step) => at(i + step + 1)),
  }));
}

const idsArbitrary = fc
  .uniqueArray(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), { minLength: 1, maxLength: 20 })
  .map((numbers) => numbers.map(idFromNumber));

describe('ringFault', () => {
  test('finds nothing wrong with an ideal ring, in whatever order the phones come', () => {
    fc.assert(
      fc.property(idsArbitrary, (ids) => {
        expect(ringFault(ids, idealPlaces(ids).reverse(), LIST)).toBeUndefined();
      }),
    );
  });

  test('finds every way in which one phone of a ring is wrong', () => {
    const wrongs: ((place: RingPlace, stranger: Id) => RingPlace | undefined)[] = [
      () => undefined,
      (place, stranger) => ({ ...place, predecessor: stranger }),
      (place) => ({ ...place, predecessor: undefined }),
      (place) => ({ ...place, successors: place.successors.slice(1) }),
      (place) => ({ ...place, successors: place.successors.slice(0, -1) }),
      (place, stranger) => ({ ...place, successors: [...place.successors, stranger] }),
    ];
    fc.assert(
      fc.property(
        idsArbitrary.filter((ids) => ids.length >= 3),
        fc.nat(),
        fc.constantFrom(...wrongs),
        ([stranger, ...ids], which, wrong) => {
          const places = idealPlaces(ids);
          const victim = which % places.length;
          const changed = places.flatMap((place, i) => (i === victim ? (wrong(place, stranger!) ?? []) : place));
          expect(ringFault(ids, changed, LIST)).toBeTypeOf('string');
        },
      ),
    );
  });

  test('no phones form no ring', () => {
    expect(ringFault([], [], LIST)).toBeUndefined();
  });
});
