/** Finds out which phone listens at host:port, where the host may be a name with several addresses. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Cancel } from '../../../shared/core/scheduler.ts';
import { resolveAddress } from '../../../shared/runtime/network/resolve-address.ts';
import { startTimeout } from '../../../shared/runtime/timeout.ts';

export interface PhoneFinder {
  /** This phone's own address: it does not call itself. */
  readonly own: string;
  /** Who lives at an ip:port to which a link stands. */
  known(address: string): Contact | undefined;
  /** Opens a link to an ip:port. */
  dial(address: string, done: (contact: Contact | undefined) => void): Cancel;
}

/** Most addresses of one name that are tried, one after the other. */
const MAX_ATTEMPTS = 4;

/** `done` gets the first phone that answers, undefined when none does in time or the address is this phone's own. */
export function identifyPhone(
  address: string,
  timeoutMs: number,
  finder: PhoneFinder,
  done: (contact: Contact | undefined) => void,
): Cancel {
  let over = false;
  let cancelDial: Cancel = () => {};
  const end = (): void => {
    over = true;
    stopTimer();
    cancelDial();
  };
  const finish = (contact: Contact | undefined): void => {
    if (over) return;
    end();
    done(contact);
  };
  const stopTimer = startTimeout(timeoutMs, () => finish(undefined));
  const tryNext = (candidates: readonly string[]): void => {
    if (over) return;
    const [candidate, ...others] = candidates;
    if (candidate === undefined) return finish(undefined);
    const known = finder.known(candidate);
    if (known !== undefined) return finish(known);
    cancelDial = finder.dial(candidate, (contact) => {
      cancelDial = () => {};
      if (contact === undefined) tryNext(others);
      else finish(contact);
    });
  };
  resolveAddress(address, (addresses) => tryNext(candidatesOf(addresses, finder.own)));
  return end;
}

/** The first of the name's addresses, which all phones try first, then some of the others by chance. */
function candidatesOf(addresses: readonly string[], own: string): readonly string[] {
  const [first, ...others] = addresses.filter((address) => address !== own);
  if (first === undefined) return [];
  const shuffled = others.map((value) => ({ value, order: Math.random() })).sort((a, b) => a.order - b.order);
  return [first, ...shuffled.map(({ value }) => value)].slice(0, MAX_ATTEMPTS);
}
