/** What stabilise.ts, join.ts and answer.ts make of the operations are steps of the protocol that is searched. */
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../services/shared/core/random.ts';
import { makeState } from './induction.ts';
import { Network } from './network.ts';
import { ProductRing } from './product-ring.ts';
import { isEffective } from './progress.ts';

const STATES = 150;

/** Made-up states that satisfy I, one after the other, in which nothing is begun. */
function* inductiveStates(r: number, size: number): Iterable<Network> {
  const random = new SeededRandom(r);
  for (let made = 0; made < STATES; ) {
    const network = new Network({ size, r, leastPrincipals: r + 1 });
    if (!makeState(network, random)) continue;
    for (let at = 0; at < size; at++) network.setStep(at, 0, -1);
    made += 1;
    yield network;
  }
}

function copyOf(network: Network): Network {
  const copy = new Network(network);
  for (const [at, state] of network.states.entries()) copy.set(at, state);
  return copy;
}

describe.each([
  [2, 7],
  [3, 10],
  [4, 14],
])('in any state that satisfies I, r = %i, %i ids', (r, size) => {
  it('a round of the product takes steps of the protocol alone, and one if the protocol has an effective one', () => {
    const total = { taken: 0, adopted: 0, rectified: 0, dropped: 0 };
    for (const state of inductiveStates(r, size)) {
      for (let at = 0; at < size; at++) {
        if (!state.isMember(at)) continue;
        const product = new ProductRing(copyOf(state));
        product.stabilise(at);
        expect(product.faults).toEqual([]);
        const { adopted, dropped, rectified, taken } = product.steps;
        if (isEffective(state, at)) expect(adopted + dropped + rectified + taken, state.toText()).toBeGreaterThan(0);
        total.adopted += adopted;
        total.dropped += dropped;
        total.rectified += rectified;
        total.taken += taken;
      }
    }
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(40);
  });

  it('a phone joins as the protocol has it, through whatever member', () => {
    let tried = 0;
    let joined = 0;
    for (const state of inductiveStates(r, size)) {
      const at = state.states.indexOf(undefined);
      const through = state.states.findLastIndex((member) => member !== undefined);
      if (at < 0) continue;
      const product = new ProductRing(copyOf(state));
      tried += 1;
      if (product.join(at, through)) joined += 1;
      expect(product.faults).toEqual([]);
      expect(product.steps.joined).toBeLessThanOrEqual(1);
    }
    expect(tried).toBeGreaterThan(20);
    expect(joined / tried).toBeGreaterThan(0.5);
  });
});
