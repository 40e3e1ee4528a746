/** The churn lab: what can be done to phones, by click. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { faultText } from '../../shared/problem.ts';
import { adminToken, rememberToken } from '../state/gateway.ts';
import { type Deed, deedOn, lab, perform } from '../state/lab.ts';
import { alive, picked } from '../state/phones.ts';
import { Scenarios } from './scenarios.tsx';

const DEEDS = [
  { deed: 'kill', label: 'Kill', about: 'Gone in the middle of whatever it did, without a word.' },
  { deed: 'freeze', label: 'Freeze', about: 'Alive, but silent: others wait for it in vain.' },
  { deed: 'thaw', label: 'Thaw', about: 'A frozen phone goes on.' },
  { deed: 'stop', label: 'Leave', about: 'Says goodbye and hands over what it keeps.' },
  { deed: 'restart', label: 'Start again', about: 'Comes back with its id and its data.' },
] as const;
const SLOW = { delayMs: [150, 250], jitterMs: 50, loss: 0.02 } as const;

export function LabPanel() {
  const said = useSignal('');
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const act = async (words: string, deeds: readonly Deed[]): Promise<void> => {
    isBusy.value = true;
    fault.value = '';
    said.value = `${words} …`;
    try {
      await perform(deeds);
      said.value = `${words}: done.`;
    } catch (error) {
      said.value = '';
      fault.value = faultText(error);
    } finally {
      isBusy.value = false;
    }
  };
  const chosen = [...picked.value].sort((a, b) => a - b);
  const names = chosen.length === 0 ? 'no phone' : `phone ${chosen.join(', ')}`;
  const isIdle = chosen.length === 0 || isBusy.value;
  return (
    <section aria-labelledby="lab">
      <h2 id="lab">Churn lab</h2>
      <Token />
      {lab.value?.enabled === false && <p class="hint">It is off here: the gateway was given no admin token.</p>}
      <p class="hint">Picked: {names}. Click phones on the ring; with Shift, several.</p>
      <div class="row">
        {DEEDS.map(({ deed, label, about }) => (
          <button
            key={deed}
            type="button"
            title={about}
            disabled={isIdle || !canDo(deed)}
            onClick={() =>
              void act(
                `${label} ${names}`,
                chosen.map((n) => deedOn(n, deed)),
              )
            }
          >
            {label}
          </button>
        ))}
      </div>
      <div class="row">
        <button
          type="button"
          title="These hear each other and nobody else."
          disabled={isIdle || !canDo('cut')}
          onClick={() => void act(`Cut off ${names}`, [{ path: '/v1/lab/cut', body: { phones: chosen } }])}
        >
          Cut off
        </button>
        <button
          type="button"
          title="150 to 250 ms more on each of their links, and every fiftieth message lost."
          disabled={isIdle || !canDo('slow')}
          onClick={() => void act(`Slow down ${names}`, [{ path: '/v1/lab/slow', body: { phones: chosen, ...SLOW } }])}
        >
          Slow down
        </button>
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
          disabled={alive.value.length < 4 || isBusy.value || !canDo('kill')}
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
      <Scenarios act={act} />
      <p class="said" role="status">
        {said.value}
      </p>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
    </section>
  );
}

function canDo(action: string): boolean {
  return lab.value?.actions.includes(action) ?? false;
}

function quarter(): readonly number[] {
  const order = alive.peek().map(({ n }) => ({ n, draw: Math.random() }));
  order.sort((a, b) => a.draw - b.draw);
  return order.slice(0, Math.floor(order.length / 4)).map(({ n }) => n);
}

function Token() {
  const field = useRef<HTMLInputElement>(null);
  if (adminToken.value !== '') return null;
  const remember = (event: Event): void => {
    event.preventDefault();
    rememberToken(field.current?.value.trim() ?? '');
  };
  return (
    <form onSubmit={remember}>
      <label>
        Admin token: printed where the testnet was started
        <span class="row">
          <input ref={field} type="password" required autocomplete="off" />
          <button type="submit">Use it</button>
        </span>
      </label>
    </form>
  );
}
