/** Starts a phone's index of meanings, over its chord router and its embedder, in-process or remote. */
import type { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import type { ChordServiceDefinition, GetStatusResponse } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import type {
  EmbedderServiceDefinition,
  GetParametersResponse,
} from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import type { RelayServiceDefinition } from '../../proto/gen/ringwall/relay/v1/relay.ts';
import type { Contact } from '../shared/core/contact.ts';
import { parseId } from '../shared/core/id.ts';
import type { Projection } from '../shared/core/projection.ts';
import { Scheduler } from '../shared/core/scheduler.ts';
import { atMost } from '../shared/runtime/at-most.ts';
import type { Service } from '../shared/runtime/grpc/rpc.ts';
import { NodeHost } from '../shared/runtime/host.ts';
import { instrument, type Registry } from '../shared/runtime/metrics/metrics.ts';
import type { Logger } from '../shared/runtime/program/logging.ts';
import { runTask } from '../shared/runtime/program/run-task.ts';
import { recordCrypto } from '../shared/runtime/record-crypto.ts';
import { createCanService } from './adapters/can-service.ts';
import { type CanInstruments, createTell } from './adapters/events.ts';
import { CAN_METRICS } from './adapters/metrics.ts';
import { RecallSampler } from './adapters/recall-sampler.ts';
import { createRelayService } from './adapters/relay-service.ts';
import type { CodecSpace } from './adapters/request-codec.ts';
import { RouterPeers } from './adapters/router-peers.ts';
import { Witness } from './adapters/witness.ts';
import { EntryKeeper } from './core/entries/keeper.ts';
import { projectedSpace } from './core/entries/projected-space.ts';
import type { WitnessOperation } from './core/entries/witness.ts';
import { CanNode } from './core/node.ts';
import { sampleRecall } from './core/search/recall-sample.ts';
import { DEFAULT_SETTINGS } from './core/settings.ts';
import type { CanIndexSettings } from './environment.ts';

export interface CanIndexOptions {
  readonly settings: CanIndexSettings;
  readonly chord: Service<typeof ChordServiceDefinition>;
  readonly embedder: Service<typeof EmbedderServiceDefinition>;
  /** This phone: its node id and peer address. */
  readonly phone: Contact;
  readonly logger: Logger;
  readonly registry: Registry;
}

export interface RunningCanIndex {
  readonly service: Service<typeof CanServiceDefinition>;
  /** For the chord router to hand requests of other phones' indexes to. */
  readonly relay: Service<typeof RelayServiceDefinition>;
  /** Joins the space. To be called once the phone is on the ring. */
  join(): Promise<void>;
  /** Hands zones and entries over; bounded in time. */
  leave(): Promise<void>;
  /** Ends everything at once. */
  stop(): void;
}

/** Longest graceful leave, in ms. */
const LEAVE_MS = 5_000;

/** Answers other phones once `join` was called. */
export async function startCanIndex(options: CanIndexOptions): Promise<RunningCanIndex> {
  const { chord, embedder, phone, registry } = options;
  const logger = options.logger.child({ service: 'can-index' });
  const meaning = projectedSpace(projectionOf(await embedder.getParameters({})));
  const axes = meaning.coordinatesOf(new Float32Array(meaning.dimensions)).length;
  const space: CodecSpace = { axes, meaning };
  const metrics = instrument(registry, CAN_METRICS, {
    entries: () => node.entries.store.size,
    ownedEntries: () => node.entries.load(),
    // Neighbours come and go while this phone's own zones stay.
    neighbours: () => node.view.neighbours().length,
  });
  const scheduler = new Scheduler(createHost(options, space, logger, metrics));
  const settings = { ...DEFAULT_SETTINGS, axes };
  const recall = new RecallSampler({
    phones: async () => knownPhones(await chord.getStatus({}), phone),
    sample: (phones, request, answer) =>
      runTask(scheduler, sampleRecall(node.view, phones, request, answer), 'sample recall'),
    sampled: ({ expected, found }) => {
      metrics.recallSamples.inc();
      metrics.recallExpected.inc(expected);
      metrics.recallFound.inc(found);
    },
    // It ends with the phone, or with the router beside it.
    failed: (error) => logger.debug({ err: error }, 'a search could not be sampled'),
    now: () => performance.now(),
    random: Math.random,
  });
  const keep = (view: CanNode['view']): EntryKeeper => new EntryKeeper(view, meaning);
  const node: CanNode<EntryKeeper> = new CanNode(phone, settings, keep, createTell(logger, metrics));
  return {
    service: createCanService({
      ...{ self: phone, node, scheduler, space },
      published: (outcome) => metrics.published.inc({ outcome }),
      searched: (request, answer) => {
        const { answers, contacted, milliseconds } = answer;
        metrics.searches.inc({ complete: String(answers.every(({ complete }) => complete)) });
        metrics.searchContacted.observe(contacted.length);
        metrics.searchSeconds.observe(milliseconds / 1_000);
        recall.consider(request, answer);
      },
    }),
    relay: createRelayService({
      ...{ space, scheduler },
      handle: (from, request) => node.handle(from, request),
      served: (type) => metrics.served.inc({ type }),
    }),
    async join() {
      const status = await chord.getStatus({});
      const contacts = knownPhones(status, phone);
      const { seeds } = options.settings;
      // Whoever began the ring begins the space: phones that have joined the ring meanwhile wait for that.
      scheduler.run(node.run({ seeds, contacts, founds: status.founded }), 'can');
    },
    leave: () => atMost(LEAVE_MS, runTask(scheduler, node.leave(), 'leave')),
    stop: () => scheduler.stop(),
  };
}

/** What the node's effects do: calls go through the router, and what it asks of a store is what the ring says of posts. */
function createHost(
  { chord, embedder }: CanIndexOptions,
  space: CodecSpace,
  logger: Logger,
  metrics: CanInstruments,
): NodeHost {
  const crashed = (error: unknown, label: string): void => logger.error({ err: error, label }, 'a task crashed');
  const witness = new Witness({ chord, embedder, crypto: recordCrypto });
  return new NodeHost({
    peers: new RouterPeers(chord, space, (from, error) => {
      metrics.malformed.inc();
      logger.warn({ from, err: error }, 'a phone answered what is no answer');
    }),
    store: (operation, done) => {
      void witness.testify(operation as WitnessOperation).then(done, (error: unknown) => {
        crashed(error, 'witness');
        done('unknown');
      });
    },
    crashed,
  });
}

/** Phones that the ring knows: whoever has a zone already is among them. */
function knownPhones({ successors, known }: GetStatusResponse, self: Contact): Contact[] {
  const phones = [...successors, ...known.map(({ phone }) => phone)];
  return phones.flatMap((phone) => {
    const id = parseId(phone?.id ?? '');
    return id === undefined || id === self.id ? [] : [{ id, address: phone!.address }];
  });
}

function projectionOf({ projection }: GetParametersResponse): Projection {
  const axes = projection?.axes ?? [];
  return {
    axes: axes.map(({ direction }) => Float32Array.from(direction)),
    quantiles: axes.filter(({ knots }) => knots.length > 0).map(({ knots }) => Float32Array.from(knots)),
  };
}
