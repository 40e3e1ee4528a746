/** What was done in the lab of late, from this page, another one, or by a scenario. */
import type { LabEvent } from '../../../services/gateway/client/contract.ts';
import { doings } from '../state/lab.ts';

export function Doings() {
  if (doings.value.length === 0) return null;
  return (
    <>
      <h3 id="doings">Done of late</h3>
      <ol class="doings" aria-labelledby="doings">
        {doings.value.map((event, i) => (
          <li key={`${doings.value.length - i} ${textOf(event)}`}>{textOf(event)}</li>
        ))}
      </ol>
    </>
  );
}

function textOf({ command, n, phones, count, scenario, phase, refused = [] }: LabEvent): string {
  if (phase === 'began') return `${scenario} begins`;
  if (phase === 'ended')
    return refused.length === 0
      ? `${scenario} is over`
      : `${scenario} is over; not done: ${[...new Set(refused)].join('; ')}`;
  const whom = n === undefined ? (phones ?? []).join(', ') : String(n);
  const what = `${command}${whom === '' ? '' : ` phone ${whom}`}${count === undefined ? '' : ` ${count}`}`;
  return scenario === undefined ? what : `${scenario}: ${what}`;
}
