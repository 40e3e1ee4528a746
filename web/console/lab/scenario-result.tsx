/** What came of the scenario that was played last: each thing that must hold, as far as the gateway can know it. */
import type { Lab } from '../../../services/gateway/client/contract.ts';

type Played = NonNullable<Lab['last']>;

export function ScenarioResult({ played }: { readonly played: Played }) {
  const { name, stopped, verdict, refused, limits } = played;
  return (
    <div class="result">
      <p class={verdict.some(({ holds }) => holds === false) ? 'verdict bad' : 'verdict good'} role="status">
        {stopped ? `${name} was ended before its time.` : `${name} is over: ${summaryOf(verdict)}.`}
      </p>
      {verdict.length > 0 && (
        <ul aria-label={`What must hold in ${name}`}>
          {verdict.map(({ assertion, measured, holds }) => (
            <li key={assertion} class={holds === null ? 'unknown' : holds ? 'holds' : 'fails'}>
              <b>{holds === null ? 'not known' : holds ? 'holds' : 'fails'}</b> {assertion}
              <span class="meta">{measured === null ? 'cannot be known from here' : `measured: ${measured}`}</span>
            </li>
          ))}
        </ul>
      )}
      {refused.length > 0 && <p class="hint">Not done: {refused.join('; ')}.</p>}
      {limits.length > 0 && <p class="hint">Not as in the file: {limits.join(' ')}</p>}
    </div>
  );
}

function summaryOf(verdict: Played['verdict']): string {
  const count = (wanted: boolean | null): number => verdict.filter(({ holds }) => holds === wanted).length;
  const parts = [`${count(true)} of ${verdict.length} things hold`];
  if (count(false) > 0) parts.push(`${count(false)} ${count(false) === 1 ? 'does' : 'do'} not`);
  if (count(null) > 0) parts.push(`${count(null)} cannot be known from here`);
  return parts.join(', ');
}
