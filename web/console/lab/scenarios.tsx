/** Whole scenarios of the lab: chosen, played, ended. */
import { useSignal } from '@preact/signals';
import { act, lab } from '../state/lab.ts';

export function Scenarios() {
  const chosen = useSignal('');
  const { scenarios = [], playing = null } = lab.value ?? {};
  const available = scenarios.filter((scenario) => scenario.available);
  if (available.length === 0) return null;
  const scenario = available.find(({ name }) => name === chosen.value) ?? available[0]!;
  if (playing !== null) {
    return (
      <p class="row">
        Playing {playing.name}.
        <button
          type="button"
          onClick={() => void act(`End ${playing.name}`, [{ path: '/v1/lab/scenarios', method: 'DELETE' }])}
        >
          End it, and mend everything
        </button>
      </p>
    );
  }
  return (
    <>
      <div class="row">
        <select
          aria-label="Scenario"
          value={scenario.name}
          onChange={(event) => (chosen.value = event.currentTarget.value)}
        >
          {available.map(({ name, seconds }) => (
            <option key={name} value={name}>
              {name} ({seconds} s)
            </option>
          ))}
        </select>
        <button
          type="button"
          onClick={() => void act(`Begin ${scenario.name}`, [{ path: `/v1/lab/scenarios/${scenario.name}` }])}
        >
          Play
        </button>
      </div>
      <p class="hint">{scenario.about}</p>
    </>
  );
}
