import type { Id } from './id.ts';

/** Who a phone is and where it listens. The address is proved when a link to it opens, not by whoever passes it on. */
export interface Contact {
  readonly id: Id;
  /** `host:port` of the peer API; an IPv6 host stands in brackets. */
  readonly address: string;
}
