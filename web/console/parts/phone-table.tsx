/** All phones in words: what the ring draws, for reading, sorting out and picking. */
import { urlOf } from '../state/gateway.ts';
import { chosen, phones, picked } from '../state/phones.ts';

export function PhoneTable() {
  const pick = (n: number, isPicked: boolean): void => {
    picked.value = new Set(isPicked ? [...picked.peek(), n] : [...picked.peek()].filter((other) => other !== n));
  };
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
            {phones.value.map(({ n, state, records }) => (
              <tr key={n} class={n === chosen.value ? 'chosen' : ''}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Pick phone ${n}`}
                    checked={picked.value.has(n)}
                    onChange={(event) => pick(n, event.currentTarget.checked)}
                  />
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
                  <a
                    href={urlOf(`/phones/${n}/`)}
                    target="_blank"
                    rel="noreferrer"
                    aria-label={`open the wall of phone ${n}`}
                  >
                    open
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
