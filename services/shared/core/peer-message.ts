/** Messages that every protocol between phones has: whether somebody lives, and that a request is not served. */
import type { Contact } from './contact.ts';

export interface Ping {
  readonly type: 'ping';
}

export interface Done {
  readonly type: 'done';
}

/** "Can you reach this phone?": a second opinion before a suspected phone is dropped. */
export interface ProbeFor {
  readonly type: 'probe-for';
  readonly target: Contact;
}

export interface Probed {
  readonly type: 'probed';
  readonly reachable: boolean;
}

/** A request that will not be served, with the reason as a gRPC status name. */
export interface Refused {
  readonly type: 'refused';
  readonly code: 'permission-denied' | 'invalid-argument' | 'unavailable';
  readonly message: string;
}

export function refused(code: Refused['code'], message: string): Refused {
  return { type: 'refused', code, message };
}
