/** Starts a phone's chord router: its peer API, its place on the ring and its records. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import type { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Contact } from '../shared/core/contact.ts';
import type { Task } from '../shared/core/effect.ts';
import { Scheduler } from '../shared/core/scheduler.ts';
import { NodeHost } from '../shared/runtime/host.ts';
import type { HostPort } from '../shared/runtime/host-port.ts';
import { parseHostPort } from '../shared/runtime/host-port.ts';
import type { Logger } from '../shared/runtime/logging.ts';
import { instrument, type Registry } from '../shared/runtime/metrics.ts';
import { createRecordCrypto } from '../shared/runtime/record-crypto.ts';
import type { Service } from '../shared/runtime/rpc.ts';
import { createChordService } from './adapters/chord-service.ts';
import { type ChordInstruments, createTell } from './adapters/events.ts';
import { loadIdentity, readIdentity } from './adapters/identity-file.ts';
import { LinkFaults } from './adapters/link-faults.ts';
import { LinkPool } from './adapters/link-pool.ts';
import { CHORD_METRICS } from './adapters/metrics.ts';
import type { NodeIdentity } from './adapters/node-identity.ts';
import { ownAddress } from './adapters/own-address.ts';
import type { LinkOwner, Refusal } from './adapters/peer-link.ts';
import { createPeerObserver } from './adapters/peer-observer.ts';
import { PeerServer } from './adapters/peer-server.ts';
import { readRememberedPhones, rememberPhones } from './adapters/remembered-phones.ts';
import { runTask } from './adapters/run-task.ts';
import { SqliteStore } from './adapters/sqlite-store.ts';
import { statusResponse } from './adapters/status-response.ts';
import type { Refused } from './core/calls.ts';
import type { ChordEvent } from './core/event.ts';
import { ChordNode } from './core/node.ts';
import { Replication } from './core/replication.ts';
import type { StoreOperation } from './core/store-port.ts';
import type { ChordRouterSettings } from './environment.ts';

export { CHORD_ROUTER_VARIABLES, type ChordRouterSettings, readChordRouterSettings } from './environment.ts';

export interface ChordRouterOptions {
  readonly settings: ChordRouterSettings;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Which of the ids its address may have this phone takes; undefined: the last run's, at first the first. */
  readonly nonce?: number;
}

export interface RunningChordRouter {
  readonly service: Service<typeof ChordServiceDefinition>;
  /** This phone: its id and the address of its peer API. */
  readonly contact: Contact;
  /** Resolves once this phone is a member of a ring. */
  readonly joined: Promise<void>;
  /** Hands records over and says goodbye; bounded in time. */
  leave(): Promise<void>;
  /** From now on this phone and exactly these (host:port of their peer APIs) do not hear each other: link-faults.ts. */
  cutOff(addresses: readonly string[]): void;
  /** Ends everything at once; what is on disk stays. */
  stop(): Promise<void>;
}

/** Longest graceful leave, in ms. */
const LEAVE_MS = 10_000;
/** What open streams get when the peer API stops, in ms. */
const STOP_GRACE_MS = 500;
/** Pause between two notes of the phones this one knows, in ms. */
const REMEMBER_MS = 60_000;
/** Beside the links, connections that are being opened, replaced or closed. */
const MAX_CONNECTIONS = 512;

const REFUSED_CODES: Readonly<Record<Refused['code'], number>> = {
  'permission-denied': status.PERMISSION_DENIED,
  'invalid-argument': status.INVALID_ARGUMENT,
  unavailable: status.UNAVAILABLE,
};

/** Listens and begins to join when it resolves. Throws a ConfigurationError when the settings cannot work. */
export async function startChordRouter(options: ChordRouterOptions): Promise<RunningChordRouter> {
  const { settings } = options;
  const logger = options.logger.child({ service: 'chord-router' });
  const crashed = (error: unknown, label: string): void => logger.error({ err: error, label }, 'a task crashed');
  await mkdir(settings.dataFolder, { recursive: true });
  const server = new PeerServer({ maxConnections: MAX_CONNECTIONS, crashed });
  const listening = await listen(server, settings);
  try {
    const address = await ownAddress(settings.advertise, listening);
    const { identity, renewed } = await loadIdentity(settings.dataFolder, address, options.nonce, Date.now());
    logger.info({ phone: identity.contact, renewed, network: settings.network }, 'this phone');
    const router = new ChordRouter(options, logger, server, identity, crashed);
    router.run(await readRememberedPhones(settings.dataFolder));
    return router;
  } catch (error) {
    await server.stop(0);
    throw error;
  }
}

/** Where port 0 is asked for, a phone that comes back takes its old port, and so its id, if it still can. */
async function listen(server: PeerServer, { peerListen, dataFolder }: ChordRouterSettings): Promise<HostPort> {
  if (peerListen.port !== 0) return await server.listen(peerListen);
  const saved = await readIdentity(dataFolder);
  const port = saved === undefined ? undefined : parseHostPort(saved.address)?.port;
  if (port !== undefined) {
    try {
      return await server.listen({ host: peerListen.host, port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  return await server.listen(peerListen);
}

class ChordRouter implements RunningChordRouter {
  readonly contact: Contact;
  readonly service: Service<typeof ChordServiceDefinition>;
  readonly joined: Promise<void>;
  readonly #settings: ChordRouterSettings;
  readonly #logger: Logger;
  readonly #server: PeerServer;
  readonly #store: SqliteStore;
  readonly #metrics: ChordInstruments;
  readonly #pool: LinkPool;
  readonly #faults = new LinkFaults();
  readonly #scheduler: Scheduler;
  readonly #node: ChordNode<Replication>;
  readonly #joined = Promise.withResolvers<void>();
  #stabilisedAt = performance.now();
  #remembering: NodeJS.Timeout | undefined;

  constructor(
    { settings, registry }: ChordRouterOptions,
    logger: Logger,
    server: PeerServer,
    identity: NodeIdentity,
    crashed: (error: unknown, label: string) => void,
  ) {
    const crypto = createRecordCrypto();
    this.contact = identity.contact;
    this.joined = this.#joined.promise;
    this.#settings = settings;
    this.#logger = logger;
    this.#server = server;
    this.#store = new SqliteStore({
      path: join(settings.dataFolder, 'records.sqlite'),
      crypto,
      onFault: (error) => this.#diskFailed(error),
    });
    this.#metrics = instrument(registry, CHORD_METRICS, {
      records: () => this.#store.usage.records,
      recordBytes: () => this.#store.usage.bytes,
      peerLinks: () => this.#pool.size,
      peerSentFrames: () => this.#pool.sent.frames,
      peerSentBytes: () => this.#pool.sent.bytes,
      stabiliseLag: () => (performance.now() - this.#stabilisedAt) / 1_000,
    });
    this.#pool = new LinkPool({
      handshake: { identity, network: networkOf(settings), verifyAddress: settings.verifyAddress },
      serve: (from, request, answer) => this.#serve(from, request, answer),
      lost: (contact) => this.#scheduler.run(this.#node.linkLost(contact), 'link lost'),
      observer: createPeerObserver(logger, this.#metrics),
      dial: (to) => this.#faults.dial(to),
    });
    const host = new NodeHost({
      peers: this.#pool,
      store: (operation, done) => this.#store.perform(operation as StoreOperation, done),
      crashed,
    });
    this.#scheduler = new Scheduler(host);
    const tell = createTell({ logger, metrics: this.#metrics, successors: settings.chord.successors });
    this.#node = new ChordNode(
      this.contact,
      settings.chord,
      (view) => new Replication(view, crypto),
      (event) => {
        this.#notice(event);
        tell(event);
      },
    );
    const core = {
      lookup: this.#node.lookup.bind(this.#node),
      put: (records: readonly Uint8Array[]) => this.#node.records.put(records),
      get: this.#node.records.get.bind(this.#node.records),
      nearest: this.#node.records.nearest.bind(this.#node.records),
      status: () =>
        statusResponse(this.#node.status(), {
          settled: this.#node.records.settled,
          replication: settings.chord.replication,
          network: settings.network,
          ...this.#store.usage,
        }),
    };
    this.service = createChordService(core, this.#scheduler);
  }

  /** Takes links and joins the ring. */
  run(remembered: readonly Contact[]): void {
    this.#server.start((stream) => this.#pool.accept(stream));
    this.#scheduler.run(this.#node.run(this.#settings.seeds, remembered), 'ring');
    this.#remembering = setInterval(() => void this.#remember(), REMEMBER_MS).unref();
  }

  async leave(): Promise<void> {
    await this.#remember();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LEAVE_MS);
    });
    try {
      await Promise.race([this.#runNow(this.#node.leave(), 'leave'), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  cutOff(addresses: readonly string[]): void {
    this.#faults.cutOff(addresses);
  }

  async stop(): Promise<void> {
    clearInterval(this.#remembering);
    this.#scheduler.stop();
    this.#pool.stop();
    await this.#server.stop(STOP_GRACE_MS);
    this.#store.close();
  }

  #runNow<T>(task: Task<T>, label: string): Promise<T> {
    return runTask(this.#scheduler, task, label);
  }

  /** What else follows from an event than a log line and a metric. */
  #notice(event: ChordEvent): void {
    if (event.type === 'neighbours-changed') this.#pool.pin([event.predecessor, ...event.successors]);
    if (event.type === 'stabilised') this.#stabilisedAt = performance.now();
    if (event.type === 'joined') {
      this.#joined.resolve();
      void this.#remember();
    }
  }

  #serve(from: Contact, request: Parameters<LinkOwner['serve']>[1], answer: Parameters<LinkOwner['serve']>[2]): void {
    this.#metrics.peerServed.inc({ type: request.type });
    this.#scheduler.run(this.#node.handle(from, request), 'serve', ({ result, error, cancelled }) => {
      if (result === undefined) answer({ refusal: error === undefined && cancelled ? STOPPING : CRASHED });
      else if (result.type === 'refused') {
        answer({ refusal: { code: REFUSED_CODES[result.code], message: result.message } });
      } else answer({ reply: result });
    });
  }

  /** Neighbours first: they are likeliest to still be there and the nearest way back. */
  async #remember(): Promise<void> {
    const { successors, predecessors, known } = this.#node.status();
    const alive = known.filter(({ state }) => state === 'alive').map(({ contact }) => contact);
    const all = new Map([...successors, ...predecessors, ...alive].map((contact) => [contact.id, contact]));
    // A phone that is alone for now does not forget whom it knew.
    if (all.size === 0) return;
    try {
      await rememberPhones(this.#settings.dataFolder, [...all.values()]);
    } catch (error) {
      this.#diskFailed(error as Error);
    }
  }

  #diskFailed(error: Error): void {
    this.#metrics.diskFaults.inc();
    this.#logger.error({ err: error }, 'the disk failed');
  }
}

const STOPPING: Refusal = { code: status.UNAVAILABLE, message: 'this phone is stopping' };
const CRASHED: Refusal = { code: status.INTERNAL, message: 'internal error' };

/** Phones that keep another number of replicas would disagree on who is responsible: theirs is another network. */
function networkOf({ network, chord }: ChordRouterSettings): string {
  return `${network}/r=${chord.replication}`;
}
