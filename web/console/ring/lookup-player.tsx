/** A lookup, typed or picked, and its way hop by hop with milliseconds. */
import { useSignal } from '@preact/signals';
import type { NetworkLookup } from '../../../services/gateway/client/contract.ts';
import { faultText } from '../../shared/problem.ts';
import { type PlayedLookup, pause, play, played, resume, showHops } from '../state/lookup.ts';
import { asked } from '../state/phones.ts';

/** A key of the ring, or the id of a post or person. */
const KEY = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

export function LookupPlayer() {
  const key = useSignal('');
  const fault = useSignal('');
  const from = asked.value;
  const look = async (text: string): Promise<void> => {
    fault.value = '';
    if (from === undefined) fault.value = 'No phone is alive to ask: start one in the lab.';
    else if (!KEY.test(text))
      fault.value = 'A key has 32 hexadecimal digits, or is the id of a post or person; “Any key” draws one.';
    else await play(from.n, text).catch((error: unknown) => (fault.value = faultText(error)));
  };
  const drawKey = (): void => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    key.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    void look(key.peek());
  };
  return (
    <section aria-labelledby="lookup">
      <h2 id="lookup">Look a key up</h2>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void look(key.peek().trim());
        }}
      >
        <input
          aria-label="Key, or id of a post or person"
          value={key.value}
          onInput={(event) => (key.value = event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          From phone {from?.n ?? '?'}
        </button>
        <button type="button" onClick={drawKey}>
          Any key
        </button>
      </form>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      {played.value !== undefined && <Way played={played.value} />}
    </section>
  );
}

function Way({ played: { lookup, shown, isPlaying } }: { readonly played: PlayedLookup }) {
  return (
    <>
      <div class="row">
        <button type="button" onClick={isPlaying ? pause : resume}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <input
          type="range"
          aria-label="Hops shown"
          min={0}
          max={lookup.hops.length}
          value={shown}
          onInput={(event) => showHops(Number(event.currentTarget.value))}
        />
      </div>
      <ol class="hops">
        {lookup.hops.map((hop, i) => (
          // A phone may be asked twice.
          <li key={`${i} ${hop.id}`} class={i < shown ? '' : 'coming'}>
            phone {nameOf(hop)}: {hop.outcome}, {hop.milliseconds.toFixed(1)} ms
          </li>
        ))}
      </ol>
      <p role="status">
        {lookup.owner === null
          ? 'The owner was not found'
          : `Phone ${nameOf(lookup.owner)} owns it, with ${lookup.replicas.length} replicas`}
        : {lookup.hops.length} phones asked in {lookup.milliseconds.toFixed(1)} ms.
      </p>
    </>
  );
}

/** By its number; phones without one by the beginning of their place on the ring. */
function nameOf({ n, id }: NetworkLookup['from']): string {
  return n === null ? id.slice(0, 6) : String(n);
}
