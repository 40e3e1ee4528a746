/** The churn lab: what can be done to phones, by click. */
import { lab, outcome } from '../state/lab.ts';
import { picked } from '../state/phones.ts';
import { Doings } from './doings.tsx';
import { NetworkDeeds } from './network-deeds.tsx';
import { PhoneDeeds } from './phone-deeds.tsx';
import { Scenarios } from './scenarios.tsx';
import { Token } from './token.tsx';

export function LabPanel() {
  const phones = [...picked.value].sort((a, b) => a - b);
  const names = phones.length === 0 ? 'no phone' : `phone ${phones.join(', ')}`;
  const { said, fault } = outcome.value;
  return (
    <section aria-labelledby="lab">
      <h2 id="lab">Churn lab</h2>
      <Token />
      {lab.value?.enabled === false && <p class="hint">It is off here: the gateway was given no admin token.</p>}
      <p class="hint">Picked: {names}. Click phones on the ring; with Shift, several.</p>
      <PhoneDeeds phones={phones} names={names} />
      <NetworkDeeds />
      <Scenarios />
      <p class="said" role="status">
        {said}
      </p>
      {fault !== '' && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <Doings />
    </section>
  );
}
