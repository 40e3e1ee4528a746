/** What can be done to the phones that are picked. */
import { act, canDo, deedOn, isBusy } from '../state/lab.ts';

const DEEDS = [
  { deed: 'kill', label: 'Kill', about: 'Gone in the middle of whatever it did, without a word.' },
  { deed: 'freeze', label: 'Freeze', about: 'Alive, but silent: others wait for it in vain.' },
  { deed: 'thaw', label: 'Thaw', about: 'A frozen phone goes on.' },
  { deed: 'stop', label: 'Leave', about: 'Says goodbye and hands over what it keeps.' },
  { deed: 'restart', label: 'Start again', about: 'Comes back with its id and its data.' },
] as const;
const SLOW = { delayMs: [150, 250], jitterMs: 50, loss: 0.02 } as const;

/** `names`: what the phones are called together. */
export function PhoneDeeds({ phones, names }: { readonly phones: readonly number[]; readonly names: string }) {
  const isIdle = phones.length === 0 || isBusy.value;
  return (
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
              phones.map((n) => deedOn(n, deed)),
            )
          }
        >
          {label}
        </button>
      ))}
      <button
        type="button"
        title="These hear each other and nobody else."
        disabled={isIdle || !canDo('cut')}
        onClick={() => void act(`Cut off ${names}`, [{ path: '/v1/lab/cut', body: { phones } }])}
      >
        Cut off
      </button>
      <button
        type="button"
        title="150 to 250 ms more on each of their links, and every fiftieth message lost."
        disabled={isIdle || !canDo('slow')}
        onClick={() => void act(`Slow down ${names}`, [{ path: '/v1/lab/slow', body: { phones, ...SLOW } }])}
      >
        Slow down
      </button>
    </div>
  );
}
