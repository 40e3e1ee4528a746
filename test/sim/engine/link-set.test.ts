import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ringWorld } from '../ring/world.ts';
import { LinkSet } from './link-set.ts';
import type { Machine } from './machine.ts';

const PHONES = 100; // several words of bits
const world = ringWorld({ seed: 1 });
const machines: readonly Machine[] = Array.from({ length: PHONES }, () => world.addPhone());

/** Few enough to come up again, at the edges of words and beyond the first. */
const index = fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 95, 96, 99);
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ do: fc.constant('add' as const), index }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('delete' as const), index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), index }) },
);

it('holds the machines that were added and not taken out, each once, the first opened first', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const links = new LinkSet();
      const wanted = new Set<Machine>();
      for (const { do: what, index: at } of steps) {
        const machine = machines[at]!;
        if (what === 'add') {
          links.add(machine);
          wanted.add(machine);
        } else if (what === 'delete') {
          links.delete(machine);
          wanted.delete(machine);
        } else {
          links.clear();
          wanted.clear();
        }
        expect(links.all().map((one) => one.index)).toEqual([...wanted].map((one) => one.index));
      }
    }),
  );
});
