/** A phone's chord router as a whole: its core, run over the links of its peers and its disk. */
import { status } from '@grpc/grpc-js';
import { AdminServiceDefinition } from '../../proto/gen/ringwall/admin/v1/admin.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import type { Contact } from '../shared/core/contact.ts';
import { identify, type Task } from '../shared/core/effect.ts';
import { distance, ID_BITS } from '../shared/core/id.ts';
import type { Refused } from '../shared/core/peer-message.ts';
import { Scheduler } from '../shared/core/scheduler.ts';
import { atMost } from '../shared/runtime/at-most.ts';
import type { GrpcServer } from '../shared/runtime/grpc/grpc-server.ts';
import type { Service } from '../shared/runtime/grpc/rpc.ts';
import { NodeHost } from '../shared/runtime/host.ts';
import { instrument, type Registry } from '../shared/runtime/metrics/metrics.ts';
import type { Logger } from '../shared/runtime/program/logging.ts';
import { runTask } from '../shared/runtime/program/run-task.ts';
import { recordCrypto } from '../shared/runtime/record-crypto.ts';
import { admissionOf, createAdminService } from './adapters/admin-service.ts';
import { createChordService } from './adapters/chord-service.ts';
import { type ChordInstruments, createTell } from './adapters/events.ts';
import { FaultInjection } from './adapters/faults/fault-injection.ts';
import { forgetFormer } from './adapters/identity/identity-file.ts';
import { MAX_REMEMBERED, rememberPhones } from './adapters/identity/remembered-phones.ts';
import type { LinkListener } from './adapters/links/link-carrier.ts';
import { LinkPool } from './adapters/links/link-pool.ts';
import type { LinkPoolOptions } from './adapters/links/link-pool-options.ts';
import type { LinkStream } from './adapters/links/link-stream.ts';
import type { LinkOwner, Refusal } from './adapters/links/peer-link.ts';
import { createFaultObserver, createPeerObserver } from './adapters/links/peer-observer.ts';
import { CHORD_METRICS } from './adapters/metrics.ts';
import { Relays, type RelayTarget } from './adapters/relays.ts';
import { statusResponse } from './adapters/status-response.ts';
import type { DiskFaults } from './adapters/store/disk-faults.ts';
import type { SqliteStore } from './adapters/store/sqlite-store.ts';
import type { ChordEvent } from './core/event.ts';
import { ChordNode } from './core/node.ts';
import type { RelayedService } from './core/relay.ts';
import { Replication } from './core/replication.ts';
import { type RingState, sameContacts } from './core/ring/ring.ts';
import type { StoreOperation } from './core/store-port.ts';
import type { ChordRouterSettings } from './environment.ts';

export interface RunningChordRouter {
  readonly service: Service<typeof ChordServiceDefinition>;
  /** Adds to a server of the sibling API what this router has to offer there. */
  serveSiblings(server: GrpcServer): void;
  /** This phone: its id and the address of its peer API. */
  readonly contact: Contact;
  /** Resolves once this phone is a member of a ring. */
  readonly joined: Promise<void>;
  /** From now on what the like of a sibling service on another phone asks goes there. */
  serveRelayed(service: RelayedService, target: RelayTarget): void;
  /** Hands records over and says goodbye; bounded in time. */
  leave(): Promise<void>;
  /** Ends everything at once; what is on disk stays. */
  stop(): Promise<void>;
}

/** What a router is made of; it closes all of it when it stops. */
export interface RouterParts {
  readonly settings: ChordRouterSettings;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly server: LinkListener;
  readonly store: SqliteStore;
  readonly diskFaults: DiskFaults;
  /** Opens a stream to a canonical ip:port. */
  readonly dial: (address: string) => LinkStream;
  readonly handshake: LinkPoolOptions['handshake'];
  /** A task threw: a defect. */
  readonly crashed: (error: unknown, label: string) => void;
}

/** Longest graceful leave, in ms. */
const LEAVE_MS = 10_000;
/** What open streams get when the peer API stops, in ms. */
const STOP_GRACE_MS = 500;
/** Pause between two notes of the phones this one knows, in ms. */
const REMEMBER_MS = 60_000;

const RING_SIZE = 2 ** ID_BITS;

const REFUSED_CODES: Readonly<Record<Refused['code'], number>> = {
  'permission-denied': status.PERMISSION_DENIED,
  'invalid-argument': status.INVALID_ARGUMENT,
  unavailable: status.UNAVAILABLE,
};

export class ChordRouter implements RunningChordRouter {
  readonly contact: Contact;
  readonly service: Service<typeof ChordServiceDefinition>;
  readonly joined: Promise<void>;
  readonly #parts: RouterParts;
  readonly #metrics: ChordInstruments;
  /** Undefined where nobody may ask for faults. */
  #faults: FaultInjection | undefined;
  readonly #pool: LinkPool;
  readonly #scheduler: Scheduler;
  readonly #node: ChordNode<Replication>;
  readonly #relays: Relays;
  readonly #joined = Promise.withResolvers<void>();
  #stabilisedAt = performance.now();
  /** When all other replicas were last known to be equal. */
  #repairedAt = performance.now();
  #remembering: NodeJS.Timeout | undefined;
  /** Those noted last. */
  #remembered: readonly Contact[] = [];

  constructor(parts: RouterParts) {
    const { settings, logger, registry, server, store, crashed } = parts;
    this.#parts = parts;
    this.contact = parts.handshake.identity.contact;
    this.joined = this.#joined.promise;
    this.#relays = new Relays(crashed);
    this.#metrics = instrument(registry, CHORD_METRICS, {
      records: () => store.usage.records,
      recordBytes: () => store.usage.bytes,
      diskFaults: () => parts.diskFaults.count,
      peerLinks: () => this.#pool.size,
      peerConnectionsRefused: () => server.refusedConnections,
      peerSentFrames: () => this.#pool.sent.frames,
      peerSentBytes: () => this.#pool.sent.bytes,
      faultRules: () => this.#faults?.set.rules.length ?? 0,
      stabiliseLag: () => (performance.now() - this.#stabilisedAt) / 1_000,
      ringShare: () => ringShare(this.#node.ring),
      replicasTarget: () => settings.chord.replication,
      repairLag: () => (performance.now() - this.#repairedAt) / 1_000,
    });
    this.#metrics.replicasMissing.set(settings.chord.replication - 1);
    if (settings.adminToken !== undefined) {
      this.#faults = new FaultInjection(this.contact.address, createFaultObserver(this.#metrics));
    }
    this.#pool = new LinkPool({
      handshake: parts.handshake,
      serve: (from, request, answer) => this.#serve(from, request, answer),
      lost: (contact) => this.#scheduler.run(this.#node.linkLost(contact), 'link lost'),
      observer: createPeerObserver(logger, this.#metrics),
      dial: parts.dial,
      faults: this.#faults,
    });
    const host = new NodeHost({
      peers: this.#pool,
      store: (operation, done) => store.perform(operation as StoreOperation, done),
      crashed,
    });
    this.#scheduler = new Scheduler(host);
    const tell = createTell({ logger, metrics: this.#metrics, successors: settings.chord.successors });
    this.#node = new ChordNode(
      this.contact,
      settings.chord,
      (view) => new Replication(view, recordCrypto),
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
      relay: this.#node.relay.bind(this.#node),
      identify: (address: string) => identify(address, settings.chord.callTimeoutMaxMs),
      status: () =>
        statusResponse(this.#node.status(), {
          settled: this.#node.records.settled,
          replication: settings.chord.replication,
          network: settings.network,
          parameters: parts.handshake.parameters ?? '',
          ...store.usage,
        }),
    };
    this.service = createChordService(core, this.#scheduler);
  }

  /** Takes links and joins the ring. `former`: what this phone was at other addresses. */
  run(remembered: readonly Contact[], former: readonly Contact[]): void {
    this.#parts.server.start((stream) => this.#pool.accept(stream));
    this.#scheduler.run(this.#node.run(this.#parts.settings.seeds, remembered, former), 'ring');
    this.#remembering = setInterval(() => void this.#remember(), REMEMBER_MS).unref();
  }

  serveRelayed(service: RelayedService, target: RelayTarget): void {
    this.#relays.serve(service, target);
  }

  serveSiblings(server: GrpcServer): void {
    const { logger, settings } = this.#parts;
    server.add(ChordServiceDefinition, this.service);
    server.add(AdminServiceDefinition, createAdminService(this.#faults, logger), admissionOf(settings.adminToken));
  }

  async leave(): Promise<void> {
    await this.#remember();
    await atMost(LEAVE_MS, this.#runNow(this.#node.leave(), 'leave'));
  }

  async stop(): Promise<void> {
    clearInterval(this.#remembering);
    this.#scheduler.stop();
    this.#pool.stop();
    this.#faults?.stop();
    await this.#parts.server.stop(STOP_GRACE_MS);
    this.#parts.store.close();
  }

  #runNow<T>(task: Task<T>, label: string): Promise<T> {
    return runTask(this.#scheduler, task, label);
  }

  /** What else follows from an event than a log line and a metric. */
  #notice(event: ChordEvent): void {
    if (event.type === 'neighbours-changed') this.#pool.pin([event.predecessor, ...event.successors]);
    if (event.type === 'stabilised') this.#stabilisedAt = performance.now();
    if (event.type === 'replicas-compared' && event.equal === event.present) this.#repairedAt = performance.now();
    if (event.type === 'said-farewell') void this.#forgetFormer(event.former);
    if (event.type === 'joined') {
      this.#joined.resolve();
      void this.#remember();
    }
  }

  #serve(from: Contact, request: Parameters<LinkOwner['serve']>[1], answer: Parameters<LinkOwner['serve']>[2]): void {
    this.#metrics.peerServed.inc({ type: request.type });
    if (request.type === 'relay') {
      this.#relays.handle(from, request, answer);
      return;
    }
    this.#scheduler.run(this.#node.handle(from, request), 'serve', ({ result, error, cancelled }) => {
      if (result === undefined) answer({ refusal: error === undefined && cancelled ? STOPPING : CRASHED });
      else if (result.type === 'refused') {
        answer({ refusal: { code: REFUSED_CODES[result.code], message: result.message } });
      } else answer({ reply: result });
    });
  }

  async #forgetFormer(former: Contact): Promise<void> {
    try {
      await forgetFormer(this.#parts.settings.dataFolder, former);
    } catch (error) {
      this.#parts.diskFaults.report(error as Error);
    }
  }

  /** Neighbours first: they are likeliest to still be there and the nearest way back. */
  async #remember(): Promise<void> {
    const { successors, predecessors, known } = this.#node.status();
    const alive = known.filter(({ state }) => state === 'alive').map(({ contact }) => contact);
    const all = new Map([...successors, ...predecessors, ...alive].map((contact) => [contact.id, contact]));
    const phones = [...all.values()].slice(0, MAX_REMEMBERED);
    // A phone that is alone for now does not forget whom it knew.
    if (phones.length === 0 || sameContacts(phones, this.#remembered)) return;
    try {
      await rememberPhones(this.#parts.settings.dataFolder, phones);
      this.#remembered = phones;
    } catch (error) {
      this.#parts.diskFaults.report(error as Error);
    }
  }
}

/** The part of the ring in (predecessor, self], 0 to 1; 0 while a phone is on no ring. */
function ringShare(ring: RingState | undefined): number {
  if (ring === undefined) return 0;
  const { self, predecessor } = ring;
  return predecessor.id === self.id ? 1 : Number(distance(predecessor.id, self.id)) / RING_SIZE;
}

const STOPPING: Refusal = { code: status.UNAVAILABLE, message: 'this phone is stopping' };
const CRASHED: Refusal = { code: status.INTERNAL, message: 'internal error' };
