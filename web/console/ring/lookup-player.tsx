/** A lookup, typed or picked, and its way hop by hop with milliseconds. */
import type { NetworkLookup } from '../../../services/gateway/client/contract.ts';
import { fault, key, look, type PlayedLookup, pause, played, resume, showHops } from '../state/lookup.ts';
import { asked } from '../state/phones.ts';

export function LookupPlayer() {
  const from = asked.value;
  const drawKey = (): void => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    void look(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
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
      <p class="hint">Typed, or picked: a point of the map, a post of the wall.</p>
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
