/**
 * The links of a phone: at most one in use a neighbour, opened on demand, bounded in number, closed when idle unless
 * pinned. Two phones that call each other at once end up with two links and agree on one: that of the smaller id.
 */
import type { Contact } from '../../../shared/core/contact.ts';
import type { CallOutcome } from '../../../shared/core/effect.ts';
import type { Id } from '../../../shared/core/id.ts';
import type { Cancel } from '../../../shared/core/scheduler.ts';
import type { PeerPort } from '../../../shared/runtime/host.ts';
import type { PeerRequest } from '../../core/message.ts';
import { UNKNOWN_PEER } from '../faults/fault-rule.ts';
import { FaultyStream } from '../faults/faulty-stream.ts';
import { identifyPhone } from './identify.ts';
import { LinkFault } from './link-fault.ts';
import { type Opening, shakeHands } from './link-opening.ts';
import { DEFAULT_POOL_LIMITS, type LinkPoolOptions, type Opened, type PoolLimits } from './link-pool-options.ts';
import { dialStream, type LinkStream } from './link-stream.ts';
import { OpeningCalls } from './opening-calls.ts';
import { DEFAULT_LINK_LIMITS, type LinkLimits, type LinkOutcome, type LinkOwner, PeerLink } from './peer-link.ts';

/** Links opened within this of each other were opened at once: the smaller id decides. Else the newer is used, in ms. */
const SIMULTANEOUS_MS = 10_000;
/** A retired link is closed when nothing went over it for this long, in ms: by then both ends know. */
const RETIRED_MS = 2_000;
/** So many calls in a row without an answer, for long, and the next one gets a new link. A busy phone is late for seconds. */
const SILENT_TIMEOUTS = 4;

export class LinkPool implements PeerPort {
  readonly #options: LinkPoolOptions;
  readonly #limits: PoolLimits;
  readonly #linkLimits: LinkLimits;
  readonly #owner: LinkOwner;
  /** The link in use of each phone. */
  readonly #links = new Map<Id, PeerLink>();
  /** Links that lost against another of the same phone; they end once nothing is under way on them. */
  readonly #retired = new Set<PeerLink>();
  readonly #opening: OpeningCalls;
  readonly #handshakes = new Set<Cancel>();
  #sweeper: NodeJS.Timeout | undefined;
  #pinned: ReadonlySet<Id> = new Set();
  readonly #sent = { frames: 0, bytes: 0 };
  #stopped = false;

  constructor(options: LinkPoolOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_POOL_LIMITS, ...options.limits };
    this.#linkLimits = { ...DEFAULT_LINK_LIMITS, ...options.linkLimits };
    this.#owner = {
      sent: (bytes) => {
        this.#sent.frames++;
        this.#sent.bytes += bytes;
      },
      serve: options.serve,
      refused: (reason, from) => options.observer.refused(reason, from, ''),
      ended: (link, onPurpose) => this.#ended(link, onPurpose),
    };
    this.#opening = new OpeningCalls((contact, done) => this.#dial(contact.address, contact, done));
  }

  get size(): number {
    return this.#links.size + this.#retired.size;
  }

  /** Frames that went out over all links so far, and their bytes without gRPC's framing. */
  get sent(): { readonly frames: number; readonly bytes: number } {
    return this.#sent;
  }

  /** Keeps the links of these phones open while idle. */
  pin(contacts: readonly Contact[]): void {
    this.#pinned = new Set(contacts.map((contact) => contact.id));
    this.#sweepLater();
  }

  /**
   * Asks another phone. The timeout runs from the moment the request leaves; where a link must be opened first, that
   * takes three more round trips and may take three times the timeout.
   */
  call(to: Contact, request: unknown, timeoutMs: number, done: (outcome: CallOutcome<unknown>) => void): Cancel {
    const asked = request as PeerRequest;
    return this.#ask(to, asked, timeoutMs, true, (outcome) => {
      this.#options.observer.called(asked.type, outcome);
      if (outcome.ok) return done(outcome);
      const { failure, elapsedMs } = outcome;
      done({ ok: false, failure: failure === 'closed' ? 'unreachable' : failure, elapsedMs });
    });
  }

  #ask(
    to: Contact,
    request: PeerRequest,
    timeoutMs: number,
    mayRepeat: boolean,
    done: (outcome: LinkOutcome) => void,
  ): Cancel {
    const link = this.#usable(to.id);
    if (link === undefined) {
      return this.#opening.call(to, request, timeoutMs, done);
    }
    let cancel: Cancel = () => {};
    cancel = link.call(request, timeoutMs, (outcome) => {
      // Closed on purpose while the request was on its way: all requests may be repeated, so ask over a new link.
      if (!outcome.ok && outcome.failure === 'closed' && mayRepeat && !this.#stopped) {
        cancel = this.#ask(to, request, timeoutMs, false, done);
      } else {
        done(outcome);
      }
    });
    return () => cancel();
  }

  /** Finds out who lives at host:port. The host may be a name; see identify.ts. */
  identify(address: string, timeoutMs: number, done: (contact: Contact | undefined) => void): Cancel {
    return identifyPhone(
      address,
      timeoutMs,
      {
        own: this.#options.handshake.identity.contact.address,
        known: (ipPort) => this.#knownAt(ipPort),
        dial: (ipPort, dialled) =>
          this.#dial(ipPort, undefined, (opened) => dialled('link' in opened ? opened.link.contact : undefined)),
      },
      done,
    );
  }

  /** Takes a stream that another phone opened. */
  accept(stream: LinkStream): void {
    if (this.#stopped || this.#handshakes.size >= this.#limits.handshakes || !this.#makeRoom()) {
      const fault = new LinkFault('too-many-links', 'this phone has as many links as it can take');
      stream.abort(fault);
      this.#options.observer.refused(fault.reason, undefined, fault.message);
      return;
    }
    const { faults } = this.#options;
    const faulty = faults === undefined ? stream : new FaultyStream(stream, faults, UNKNOWN_PEER);
    this.#open(faulty, { role: 'initiator', observedIp: stream.observedIp }, false, () => {});
  }

  /** Closes all links. Calls under way fail. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#sweeper);
    for (const cancel of this.#handshakes) cancel();
    for (const link of [...this.#links.values(), ...this.#retired]) this.#close(link);
    this.#opening.stop();
  }

  #usable(id: Id): PeerLink | undefined {
    const link = this.#links.get(id);
    if (link === undefined || link.silentTimeouts < SILENT_TIMEOUTS) return link;
    if (performance.now() - link.heardAt < this.#limits.silentMs) return link;
    // Nothing comes any more, though the connection stands: perhaps only the connection is at fault.
    link.abort(new LinkFault('silent', `${link.silentTimeouts} calls in a row went unanswered`));
    return this.#links.get(id);
  }

  #knownAt(address: string): Contact | undefined {
    for (const link of this.#links.values()) {
      if (link.contact.address === address && link.silentTimeouts === 0) return link.contact;
    }
    return undefined;
  }

  #dial(address: string, expected: Contact | undefined, done: (opened: Opened) => void): Cancel {
    if (this.#stopped || !this.#makeRoom()) {
      done({ failure: 'refused' });
      return () => {};
    }
    const { dial = dialStream, faults } = this.#options;
    const stream = dial(address);
    const faulty = faults === undefined ? stream : new FaultyStream(stream, faults, { id: expected?.id, address });
    return this.#open(faulty, { role: 'responder', dialled: address, expected }, true, done);
  }

  #open(
    stream: LinkStream,
    other: Parameters<typeof shakeHands>[2],
    dialled: boolean,
    done: (opened: Opened) => void,
  ): Cancel {
    const cancel = shakeHands(stream, this.#options.handshake, other, this.#limits.handshakeMs, (opening) => {
      this.#handshakes.delete(cancel);
      if (!opening.ok) {
        this.#notOpened(opening, other);
        done({ failure: opening.failure });
        return;
      }
      const link = new PeerLink(stream, opening.other, dialled, this.#owner, this.#linkLimits);
      this.#adopt(link);
      link.start(opening.early);
      done({ link });
    });
    this.#handshakes.add(cancel);
    return () => {
      this.#handshakes.delete(cancel);
      cancel();
    };
  }

  #notOpened(
    { fault, failure, details }: Extract<Opening, { ok: false }>,
    other: Parameters<typeof shakeHands>[2],
  ): void {
    const { observer } = this.#options;
    const isDialled = other.role === 'responder';
    if (fault === undefined) {
      if (isDialled && failure === 'refused') observer.turnedAway(other.dialled, details);
      return;
    }
    // Who does not answer a call is unreachable, not refused; who calls and does not speak is refused.
    if (isDialled && fault.reason === 'handshake-timeout') return;
    observer.refused(fault.reason, undefined, details);
  }

  #adopt(link: PeerLink): void {
    this.#options.observer.linkOpened(link.contact, link.dialled);
    const present = this.#links.get(link.contact.id);
    if (present !== undefined && !this.#winsOver(link, present)) {
      this.#retired.add(link);
    } else {
      if (present !== undefined) this.#retired.add(present);
      this.#links.set(link.contact.id, link);
    }
    this.#sweepLater();
  }

  #winsOver(link: PeerLink, present: PeerLink): boolean {
    const simultaneous = link.openedAt - present.openedAt < SIMULTANEOUS_MS;
    if (!simultaneous || link.dialled === present.dialled) return true;
    return link.dialled === this.#options.handshake.identity.contact.id < link.contact.id;
  }

  #ended(link: PeerLink, onPurpose: boolean): void {
    const inUse = this.#forget(link);
    if (!onPurpose && inUse && !this.#stopped) this.#options.lost(link.contact);
  }

  #close(link: PeerLink): void {
    this.#forget(link);
    link.close();
  }

  /** Whether it was the only link of its phone. */
  #forget(link: PeerLink): boolean {
    this.#options.observer.linkClosed(link.contact);
    if (this.#retired.delete(link)) return false;
    this.#links.delete(link.contact.id);
    for (const other of this.#retired) {
      if (other.contact.id !== link.contact.id || !other.open) continue;
      this.#retired.delete(other);
      this.#links.set(other.contact.id, other);
      return false;
    }
    return true;
  }

  /** Whether there is room for one more link, if need be in place of the one that was idle longest. */
  #makeRoom(): boolean {
    if (this.size + this.#handshakes.size < this.#limits.links) return true;
    let oldest: PeerLink | undefined;
    for (const link of this.#links.values()) {
      if (!link.idle || this.#pinned.has(link.contact.id)) continue;
      if (oldest === undefined || link.usedAt < oldest.usedAt) oldest = link;
    }
    if (oldest === undefined) return false;
    this.#close(oldest);
    return true;
  }

  /** Sees to it that there will be a sweep while there is a link that may become one to close, and not otherwise. */
  #sweepLater(): void {
    if (this.#sweeper !== undefined || this.#stopped) return;
    const mayClose = this.#retired.size > 0 || [...this.#links.keys()].some((id) => !this.#pinned.has(id));
    if (mayClose) this.#sweeper = setTimeout(() => this.#sweep(), this.#limits.sweepMs).unref();
  }

  #sweep(): void {
    this.#sweeper = undefined;
    const now = performance.now();
    for (const link of [...this.#retired]) {
      if (link.idle && now - link.usedAt > RETIRED_MS) this.#close(link);
    }
    for (const link of [...this.#links.values()]) {
      const unused = link.idle && now - link.usedAt > this.#limits.idleMs;
      if (unused && !this.#pinned.has(link.contact.id)) this.#close(link);
    }
    this.#sweepLater();
  }
}
