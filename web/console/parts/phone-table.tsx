/** All phones in words: what the ring draws, for reading, sorting out and picking. */
import { useComputed } from '@preact/signals';
import type { GatewayPhone } from '../../../services/gateway/client/contract.ts';
import { urlOf } from '../state/gateway.ts';
import { chosen, phones, pick, picked } from '../state/phones.ts';

export function PhoneTable() {
  return (
    <section aria-labelledby="phones" class="phones">
      <h2 id="phones">Phones</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label="Table of phones">
        <table>
          <thead>
            <tr>
              <th scope="col">Pick</th>
              <th scope="col">Phone</th>
              <th scope="col">State</th>
              <th scope="col">Records</th>
              <th scope="col">Wall</th>
            </tr>
          </thead>
          <tbody>
            {phones.value.map((phone) => (
              <Row key={phone.n} phone={phone} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Made anew only when its phone changed: it follows signals, so it is not with the others. */
function Row({ phone: { n, state, records } }: { readonly phone: GatewayPhone }) {
  const isPicked = useComputed(() => picked.value.has(n));
  const look = useComputed(() => (chosen.value === n ? 'chosen' : ''));
  return (
    <tr class={look}>
      <td>
        <input type="checkbox" aria-label={`Pick phone ${n}`} checked={isPicked} onChange={() => pick(n, true)} />
      </td>
      <td>
        <button type="button" class="quiet" onClick={() => (chosen.value = n)}>
          {n}
        </button>
      </td>
      <td>
        <span class={`state ${state}`}>{state}</span>
      </td>
      <td>{records ?? ''}</td>
      <td>
        <a href={urlOf(`/phones/${n}/`)} target="_blank" rel="noreferrer" aria-label={`open the wall of phone ${n}`}>
          open
        </a>
      </td>
    </tr>
  );
}
