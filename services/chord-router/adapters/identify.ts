/** Finds out which phone listens at host:port, where the host may be a name with several addresses. */
import { lookup } from 'node:dns';
import type { Contact } from '../../shared/core/contact.ts';
import type { Cancel } from '../../shared/core/scheduler.ts';
import { canonicalIp, formatHostPort, parseHostPort } from '../../shared/runtime/host-port.ts';
import { startTimeout } from '../../shared/runtime/timeout.ts';

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
  addressesOf(address, (addresses) => {
    tryNext(addresses.filter((candidate) => candidate !== finder.own).slice(0, MAX_ATTEMPTS));
  });
  return end;
}

/** The canonical ip:port of a host:port, in random order where a name has several. */
function addressesOf(address: string, done: (addresses: readonly string[]) => void): void {
  const parsed = parseHostPort(address);
  if (parsed === undefined) return done([]);
  const { host, port } = parsed;
  const ip = canonicalIp(host);
  if (ip !== undefined) return done([formatHostPort({ host: ip, port })]);
  lookup(host, { all: true }, (error, found) => {
    if (error !== null) return done([]);
    const ips = found.flatMap((entry) => canonicalIp(entry.address) ?? []);
    const shuffled = ips.map((value) => ({ value, order: Math.random() })).sort((a, b) => a.order - b.order);
    done(shuffled.map(({ value }) => formatHostPort({ host: value, port })));
  });
}
