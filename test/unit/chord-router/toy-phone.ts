/** A phone without a ring: real sockets, links and handshakes around a handler that a test writes. */
import { FaultInjection } from '../../../services/chord-router/adapters/faults/fault-injection.ts';
import {
  createIdentity,
  generateNodeKey,
  type NodeIdentity,
  type NodeKey,
} from '../../../services/chord-router/adapters/identity/node-identity.ts';
import { LinkPool } from '../../../services/chord-router/adapters/links/link-pool.ts';
import type { LinkPoolOptions } from '../../../services/chord-router/adapters/links/link-pool-options.ts';
import { dialStream } from '../../../services/chord-router/adapters/links/link-stream.ts';
import type { LinkOwner } from '../../../services/chord-router/adapters/links/peer-link.ts';
import { PeerServer } from '../../../services/chord-router/adapters/links/peer-server.ts';
import { createPeerTls } from '../../../services/chord-router/adapters/links/peer-tls.ts';
import type { PeerRequest } from '../../../services/chord-router/core/message.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { CallOutcome } from '../../../services/shared/core/effect.ts';

export const NETWORK = 'test/r=7';
/** What should come, comes far earlier, but on a machine that is slow and busy. */
const PATIENCE_MS = 60_000;

export interface ToyPhoneOptions {
  readonly serve?: LinkOwner['serve'];
  readonly network?: string;
  readonly parameters?: string;
  readonly key?: NodeKey;
  readonly verifyAddress?: boolean;
  /** Default false. */
  readonly tls?: boolean;
  /** Default: where there is TLS. */
  readonly pinsKeys?: boolean;
  /** Whether its links can be put under fault rules. Default false. */
  readonly faulty?: boolean;
  readonly limits?: LinkPoolOptions['limits'];
  readonly linkLimits?: LinkPoolOptions['linkLimits'];
}

export interface ToyPhone {
  readonly identity: NodeIdentity;
  readonly contact: Contact;
  readonly server: PeerServer;
  readonly pool: LinkPool;
  /** Without effect where the phone is not faulty. */
  readonly faults: FaultInjection;
  /** What its fault rules did, as `lost out`, with the number of frames. */
  readonly happened: Map<string, number>;
  /** Reasons of what was refused, in order. */
  readonly refusals: string[];
  /** What other phones said when they refused a link of this one, in order. */
  readonly turnedAway: string[];
  /** Phones whose links broke off. */
  readonly lost: Contact[];
  /** Links opened and closed so far. */
  readonly opened: { contact: Contact; dialled: boolean }[];
  readonly closed: Contact[];
  readonly crashes: unknown[];
  /** Resolves with the call's outcome. */
  ask(to: Contact, request: PeerRequest, timeoutMs?: number): Promise<CallOutcome<unknown>>;
  identify(address: string, timeoutMs?: number): Promise<Contact | undefined>;
  stop(): Promise<void>;
}

const phones: ToyPhone[] = [];

export async function startToyPhone(options: ToyPhoneOptions = {}): Promise<ToyPhone> {
  const crashes: unknown[] = [];
  const key = options.key ?? generateNodeKey();
  const tls = options.tls === true ? createPeerTls(key) : undefined;
  const server = new PeerServer({ maxConnections: 512, tls, crashed: (error) => crashes.push(error) });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const identity = createIdentity(key, `127.0.0.1:${port}`, 0, Date.now());
  const refusals: string[] = [];
  const lost: Contact[] = [];
  const turnedAway: string[] = [];
  const opened: { contact: Contact; dialled: boolean }[] = [];
  const closed: Contact[] = [];
  const happened = new Map<string, number>();
  const faults = new FaultInjection(identity.contact.address, {
    happened: (effect, direction, frames) => {
      const what = `${effect} ${direction}`;
      happened.set(what, (happened.get(what) ?? 0) + frames);
    },
  });
  const pool = new LinkPool({
    faults: options.faulty === true ? faults : undefined,
    handshake: {
      identity,
      network: options.network ?? NETWORK,
      parameters: options.parameters,
      verifyAddress: options.verifyAddress ?? true,
      pinsKeys: options.pinsKeys ?? tls !== undefined,
    },
    dial: (address) => dialStream(address, tls?.client),
    serve: options.serve ?? ((_from, _request, answer) => answer({ reply: { type: 'done' } })),
    lost: (contact) => lost.push(contact),
    observer: {
      linkOpened: (contact, dialled) => opened.push({ contact, dialled }),
      linkClosed: (contact) => closed.push(contact),
      refused: (reason) => refusals.push(reason),
      turnedAway: (address, details) => turnedAway.push(`${address}: ${details}`),
      called: () => {},
    },
    limits: options.limits,
    linkLimits: options.linkLimits,
  });
  server.start((stream) => pool.accept(stream));
  const phone: ToyPhone = {
    identity,
    contact: identity.contact,
    server,
    pool,
    faults,
    happened,
    refusals,
    turnedAway,
    lost,
    opened,
    closed,
    crashes,
    ask: (to, request, timeoutMs = PATIENCE_MS) =>
      new Promise((resolve) => {
        pool.call(to, request, timeoutMs, resolve);
      }),
    identify: (address, timeoutMs = PATIENCE_MS) =>
      new Promise((resolve) => {
        pool.identify(address, timeoutMs, resolve);
      }),
    stop: async () => {
      pool.stop();
      faults.stop();
      await server.stop(1_000);
    },
  };
  phones.push(phone);
  return phone;
}

export async function stopToyPhones(): Promise<void> {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
}

/** Resolves when the condition holds; rejects after `deadlineMs`. */
export async function until(condition: () => boolean, deadlineMs = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came true: ${condition.toString()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
