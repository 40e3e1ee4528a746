/** How far the scenario is that is played now, and how to end it. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Lab } from '../../../services/gateway/client/contract.ts';
import { act } from '../state/lab.ts';

type Playing = NonNullable<Lab['playing']>;

const TICK_MS = 500;
const PHASES: Readonly<Record<Playing['phase'], string>> = {
  playing: 'it is played',
  settling: 'over; waiting until the ring is whole',
  mending: 'who went comes back, who came leaves',
};

export function ScenarioProgress({ playing }: { readonly playing: Playing }) {
  const { name, seconds, phase, limits } = playing;
  const elapsed = useElapsed(playing);
  return (
    <>
      <div class="row">
        <progress
          aria-label={`Progress of ${name}`}
          max={seconds}
          value={phase === 'playing' ? Math.min(elapsed, seconds) : seconds}
        />
        <button
          type="button"
          class="danger"
          disabled={phase === 'mending'}
          onClick={() => void act(`End ${name}`, [{ path: '/v1/lab/scenarios', method: 'DELETE' }])}
        >
          End it, and mend everything
        </button>
      </div>
      <p role="status">
        <b>{name}</b>:{' '}
        {phase === 'playing' ? `${Math.floor(Math.min(elapsed, seconds))} of ${seconds} s` : PHASES[phase]}
      </p>
      {limits.length > 0 && <p class="hint">Not as in the file: {limits.join(' ')}</p>}
    </>
  );
}

/** Seconds since it began, by this page's clock from when the gateway told of it. */
function useElapsed({ since, elapsedSeconds }: Playing): number {
  const elapsed = useSignal(elapsedSeconds);
  useEffect(() => {
    const toldMs = performance.now();
    elapsed.value = elapsedSeconds;
    const timer = setInterval(() => {
      elapsed.value = elapsedSeconds + (performance.now() - toldMs) / 1_000;
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [since, elapsedSeconds]);
  return elapsed.value;
}
