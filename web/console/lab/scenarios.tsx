/** Whole scenarios of the lab: chosen, played, ended, and what came of the last one. */
import { useSignal } from '@preact/signals';
import { act, lab } from '../state/lab.ts';
import { asked } from '../state/phones.ts';
import { ScenarioProgress } from './scenario-progress.tsx';
import { ScenarioResult } from './scenario-result.tsx';

export function Scenarios() {
  const { scenarios = [], playing = null, last = null } = lab.value ?? {};
  const available = scenarios.filter((scenario) => scenario.available);
  if (available.length === 0) return null;
  return (
    <div class="scenarios">
      <h3>Whole scenarios</h3>
      {playing === null ? <Choice available={available} /> : <ScenarioProgress playing={playing} />}
      {playing === null && last !== null && <ScenarioResult played={last} />}
    </div>
  );
}

type Available = NonNullable<typeof lab.value>['scenarios'];

function Choice({ available }: { readonly available: Available }) {
  const chosen = useSignal('');
  const isSparing = useSignal(true);
  const scenario = available.find(({ name }) => name === chosen.value) ?? available[0]!;
  const watched = asked.value?.n;
  const { name, about, assertions, settleSeconds } = scenario;
  const body = isSparing.value && watched !== undefined ? { spare: [watched] } : {};
  return (
    <>
      <div class="row">
        <select aria-label="Scenario" value={name} onChange={(event) => (chosen.value = event.currentTarget.value)}>
          {available.map((each) => (
            <option key={each.name} value={each.name}>
              {each.name} ({lengthOf(each.seconds)})
            </option>
          ))}
        </select>
        <button
          type="button"
          aria-label={`Play ${name}`}
          onClick={() => void act(`Begin ${name}`, [{ path: `/v1/lab/scenarios/${name}`, body }])}
        >
          Play
        </button>
      </div>
      {watched !== undefined && (
        <label class="choice">
          <input
            type="checkbox"
            checked={isSparing.value}
            onChange={(event) => (isSparing.value = event.currentTarget.checked)}
          />
          Spare phone {watched}, whose wall is beside
        </label>
      )}
      <p class="hint">
        {about} {assertions} things must hold; the network has up to {lengthOf(settleSeconds)} to settle. Afterwards who
        went comes back, and who came leaves.
      </p>
    </>
  );
}

/** `50 s`, `2 min`, `1 min 20 s`. */
function lengthOf(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return [minutes > 0 ? `${minutes} min` : '', rest > 0 || minutes === 0 ? `${rest} s` : ''].filter(Boolean).join(' ');
}
