/** What a pool of links is told: its limits, whom it serves, and who wants to know what happens. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { PeerRequest } from '../../core/message.ts';
import type { FaultInjection } from '../faults/fault-injection.ts';
import type { HandshakeSettings } from './handshake.ts';
import type { RefusalReason } from './link-fault.ts';
import type { LinkStream } from './link-stream.ts';
import type { LinkLimits, LinkOutcome, LinkOwner, PeerLink } from './peer-link.ts';

export interface PoolLimits {
  /** Links open at once, in either direction. */
  readonly links: number;
  /** Handshakes of callers under way at once. */
  readonly handshakes: number;
  /** How long a handshake may take, in ms. */
  readonly handshakeMs: number;
  /** A link over which several calls in a row went unanswered is given up when nothing was heard for this long, in ms. */
  readonly silentMs: number;
  /** A link nobody used for this long is closed, in ms. */
  readonly idleMs: number;
  /** Pause between two looks for idle links, while there are some that may be closed, in ms. */
  readonly sweepMs: number;
}

export const DEFAULT_POOL_LIMITS: PoolLimits = {
  links: 256,
  handshakes: 64,
  handshakeMs: 5_000,
  silentMs: 10_000,
  idleMs: 60_000,
  sweepMs: 5_000,
};

/** What someone may want to count or log. */
export interface PoolObserver {
  linkOpened(contact: Contact, dialled: boolean): void;
  linkClosed(contact: Contact): void;
  /** Something another phone sent was refused. `from` is undefined before it has proved who it is. */
  refused(reason: RefusalReason, from: Contact | undefined, details: string): void;
  /** The phone at an address, or what stands before it, refused a link; `details` is its own word for it. */
  turnedAway(address: string, details: string): void;
  called(type: PeerRequest['type'], outcome: LinkOutcome): void;
}

export interface LinkPoolOptions {
  readonly handshake: HandshakeSettings;
  readonly serve: LinkOwner['serve'];
  /** A link broke off: its phone may be dead. Not told of links that were closed on purpose. */
  readonly lost: (contact: Contact) => void;
  readonly observer: PoolObserver;
  /** Opens a stream to a canonical ip:port. Default: dialStream. */
  readonly dial?: (address: string) => LinkStream;
  /** Rules that streams are under. Default: none are, and nothing stands between a link and its stream. */
  readonly faults?: FaultInjection | undefined;
  readonly limits?: Partial<PoolLimits>;
  readonly linkLimits?: Partial<LinkLimits>;
}

/** What became of an attempt to open a link. */
export type Opened = { readonly link: PeerLink } | { readonly failure: 'timeout' | 'unreachable' | 'refused' };
