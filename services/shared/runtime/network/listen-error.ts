/** Why something cannot listen, told so that whoever set it up knows what to change. */
import { ConfigurationError } from '../program/environment.ts';
import { formatHostPort, type HostPort } from './host-port.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use: stop what listens there, or choose another port',
  EADDRNOTAVAIL: 'is no address of this machine',
  EACCES: 'may not be listened on by this user',
  ENOTFOUND: 'has a host that nobody knows',
  EAI_AGAIN: 'has a host that nobody knows',
};

/** A ConfigurationError where the address is to blame, with the cause; anything else as it is. */
export function listenError(error: unknown, address: HostPort): unknown {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
  return reason === undefined
    ? error
    : new ConfigurationError([`${formatHostPort(address)} ${reason}`], { cause: error });
}

/** Whether something could not listen because the port is taken. */
export function isPortTaken(error: unknown): boolean {
  return (
    error instanceof ConfigurationError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
  );
}
