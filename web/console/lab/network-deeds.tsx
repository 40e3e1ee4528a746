/** What can be done to the network as a whole. */
import { act, canDo, deedOn, isBusy } from '../state/lab.ts';
import { alive } from '../state/phones.ts';

/** Fewer phones have no quarter. */
const LEAST_PHONES = 4;

export function NetworkDeeds() {
  return (
    <div class="row">
      <button
        type="button"
        title="Ends all cuts, and all links are as fast as they are."
        disabled={isBusy.value || !canDo('heal')}
        onClick={() => void act('Heal all links', [{ path: '/v1/lab/heal' }])}
      >
        Heal
      </button>
      <button
        type="button"
        disabled={isBusy.value || !canDo('join')}
        onClick={() => void act('Two more phones', [{ path: '/v1/lab/join', body: { count: 2 } }])}
      >
        Two join
      </button>
      <button
        type="button"
        class="danger"
        title="A quarter of all phones, drawn by chance."
        disabled={alive.value.length < LEAST_PHONES || isBusy.value || !canDo('kill')}
        onClick={() =>
          void act(
            'Kill a quarter',
            quarter().map((n) => deedOn(n, 'kill')),
          )
        }
      >
        Kill a quarter
      </button>
    </div>
  );
}

function quarter(): readonly number[] {
  const order = alive.peek().map(({ n }) => ({ n, draw: Math.random() }));
  order.sort((a, b) => a.draw - b.draw);
  return order.slice(0, Math.floor(order.length / 4)).map(({ n }) => n);
}
