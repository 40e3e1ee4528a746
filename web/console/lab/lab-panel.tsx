/** The churn lab: what can be done to phones, by click. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { LabCommand } from '../../../services/gateway/client/lab-command.ts';
import { adminToken, command, rememberToken } from '../state/gateway.ts';
import { alive, picked } from '../state/phones.ts';

type PhoneDeed = 'kill' | 'stop' | 'freeze' | 'thaw' | 'restart';

const DEEDS: readonly { readonly deed: PhoneDeed; readonly label: string; readonly about: string }[] = [
  { deed: 'kill', label: 'Kill', about: 'Gone in the middle of whatever it did, without a word.' },
  { deed: 'freeze', label: 'Freeze', about: 'Alive, but silent: others wait for it in vain.' },
  { deed: 'thaw', label: 'Thaw', about: 'A frozen phone goes on.' },
  { deed: 'stop', label: 'Leave', about: 'Says goodbye and hands over what it keeps.' },
  { deed: 'restart', label: 'Start again', about: 'Comes back with its id and its data.' },
];
const SLOW = { delayMs: [150, 250], jitterMs: 50, loss: 0.02 } as const;

export function LabPanel() {
  const said = useSignal('');
  const fault = useSignal('');
  const isBusy = useSignal(false);
  const perform = async (words: string, commands: readonly LabCommand[]): Promise<void> => {
    isBusy.value = true;
    fault.value = '';
    said.value = `${words} …`;
    try {
      for (const deed of commands) await command('/v1/lab', deed);
      said.value = `${words}: done.`;
    } catch (error) {
      said.value = '';
      fault.value = error instanceof Error ? error.message : String(error);
    } finally {
      isBusy.value = false;
    }
  };
  const chosen = [...picked.value].sort((a, b) => a - b);
  const names = chosen.length === 0 ? 'no phone' : `phone ${chosen.join(', ')}`;
  return (
    <section aria-labelledby="lab">
      <h2 id="lab">Churn lab</h2>
      <Token />
      <p class="hint">Picked: {names}. Click phones on the ring; with Shift, several.</p>
      <div class="row">
        {DEEDS.map(({ deed, label, about }) => (
          <button
            key={deed}
            type="button"
            title={about}
            disabled={chosen.length === 0 || isBusy.value}
            onClick={() =>
              void perform(
                `${label} ${names}`,
                chosen.map((n) => ({ command: deed, n })),
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
          disabled={chosen.length === 0 || isBusy.value}
          onClick={() => void perform(`Cut off ${names}`, [{ command: 'cut', phones: chosen }])}
        >
          Cut off
        </button>
        <button
          type="button"
          title="150 to 250 ms more on each of their links, and every fiftieth message lost."
          disabled={chosen.length === 0 || isBusy.value}
          onClick={() => void perform(`Slow down ${names}`, [{ command: 'slow', phones: chosen, ...SLOW }])}
        >
          Slow down
        </button>
        <button
          type="button"
          disabled={isBusy.value}
          onClick={() => void perform('Heal all links', [{ command: 'heal' }])}
        >
          Heal
        </button>
        <button
          type="button"
          disabled={isBusy.value}
          onClick={() => void perform('Two more phones', [{ command: 'join', count: 2 }])}
        >
          Two join
        </button>
        <button
          type="button"
          class="danger"
          title="A quarter of all phones, drawn by chance, at once."
          disabled={alive.value.length < 4 || isBusy.value}
          onClick={() =>
            void perform(
              'Kill a quarter',
              quarter().map((n) => ({ command: 'kill', n })),
            )
          }
        >
          Kill a quarter
        </button>
      </div>
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
