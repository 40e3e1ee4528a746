/** Turns what happens in the core into a log line and a metric each. */

import type { Instruments } from '../../shared/runtime/metrics/metrics.ts';
import type { Logger } from '../../shared/runtime/program/logging.ts';
import type { ChordEvent, Tell } from '../core/event.ts';
import type { CHORD_METRICS } from './metrics.ts';

export type ChordInstruments = Instruments<typeof CHORD_METRICS>;

type EventOf<Type extends ChordEvent['type']> = Extract<ChordEvent, { type: Type }>;

type Handlers = { readonly [Type in ChordEvent['type']]: (event: EventOf<Type>) => void };

export interface EventSinks {
  readonly logger: Logger;
  readonly metrics: ChordInstruments;
  /** Target length of the successor list. */
  readonly successors: number;
}

export function createTell(sinks: EventSinks): Tell {
  const handlers: Handlers = { ...ringHandlers(sinks), ...recordHandlers(sinks) };
  return (event) => (handlers[event.type] as (event: ChordEvent) => void)(event);
}

function ringHandlers({ logger, metrics, successors }: EventSinks) {
  return {
    joined: (event: EventOf<'joined'>) => {
      metrics.joins.inc();
      metrics.joinAttempts.inc(event.attempts);
      logger.info({ successor: event.successor, attempts: event.attempts }, 'joined the ring');
    },
    leaving: () => logger.info('leaving the ring'),
    left: () => {
      metrics.leaves.inc();
      logger.info('left the ring');
    },
    'said-farewell': (event: EventOf<'said-farewell'>) => {
      logger.info({ former: event.former }, 'said goodbye for what this phone was at another address');
    },
    'phone-discovered': (event: EventOf<'phone-discovered'>) => {
      metrics.phonesDiscovered.inc();
      logger.debug({ phone: event.phone }, 'phone discovered');
    },
    'phone-suspected': (event: EventOf<'phone-suspected'>) => {
      metrics.phonesSuspected.inc();
      logger.info({ phone: event.phone }, 'phone suspected');
    },
    'phone-cleared': (event: EventOf<'phone-cleared'>) => {
      metrics.phonesCleared.inc();
      logger.info({ phone: event.phone }, 'phone cleared of suspicion');
    },
    'phone-dropped': (event: EventOf<'phone-dropped'>) => {
      metrics.phonesDropped.inc({ reason: event.reason });
      logger.info({ phone: event.phone, reason: event.reason }, 'phone dropped');
    },
    'neighbours-changed': (event: EventOf<'neighbours-changed'>) => {
      metrics.successors.set(event.successors.length);
      metrics.successorsFilled.set(Math.min(1, event.successors.length / successors));
      logger.debug({ predecessor: event.predecessor, successors: event.successors }, 'neighbours changed');
    },
    stabilised: (event: EventOf<'stabilised'>) => {
      metrics.stabilisations.inc({ changed: String(event.changed) });
      metrics.stabiliseSeconds.observe(event.milliseconds / 1_000);
      logger.trace({ changed: event.changed, milliseconds: event.milliseconds }, 'stabilised');
    },
    'rings-merging': (event: EventOf<'rings-merging'>) => {
      metrics.ringsMerged.inc();
      logger.info({ through: event.through }, 'met another ring: merging');
    },
    'looked-up': (event: EventOf<'looked-up'>) => {
      metrics.lookups.inc({ outcome: event.found ? 'found' : 'failed' });
      metrics.lookupHops.observe(event.hops);
      metrics.lookupSeconds.observe(event.milliseconds / 1_000);
      if (event.timeouts > 0) metrics.lookupTimeouts.inc(event.timeouts);
      logger.trace({ found: event.found, hops: event.hops, milliseconds: event.milliseconds }, 'looked up');
    },
  };
}

function recordHandlers({ logger, metrics }: EventSinks) {
  return {
    'record-written': (event: EventOf<'record-written'>) => {
      metrics.writes.inc({ outcome: event.outcome });
      metrics.writeAcknowledged.observe(event.acknowledged);
      metrics.writeSeconds.observe(event.milliseconds / 1_000);
      logger.trace({ outcome: event.outcome, acknowledged: event.acknowledged }, 'record written');
    },
    'records-read': (event: EventOf<'records-read'>) => {
      metrics.reads.inc({ complete: String(event.complete) });
      metrics.readSeconds.observe(event.milliseconds / 1_000);
      if (event.hedged > 0) metrics.readsHedged.inc(event.hedged);
      logger.trace({ complete: event.complete, milliseconds: event.milliseconds }, 'records read');
    },
    'records-rejected': (event: EventOf<'records-rejected'>) => {
      metrics.recordsRejected.inc({ verdict: event.verdict }, event.count);
      logger.debug({ from: event.from, verdict: event.verdict, count: event.count }, 'records rejected');
    },
    'fork-seen': (event: EventOf<'fork-seen'>) => {
      metrics.forks.inc();
      logger.warn({ place: event.place, author: event.author }, 'an author signed two records under one version');
    },
    'range-repaired': (event: EventOf<'range-repaired'>) => {
      metrics.repairs.inc();
      metrics.repairSeconds.observe(event.milliseconds / 1_000);
      metrics.recordsRepaired.inc({ direction: 'pulled' }, event.pulled);
      metrics.recordsRepaired.inc({ direction: 'pushed' }, event.pushed);
      const level = event.pulled + event.pushed > 0 ? 'debug' : 'trace';
      logger[level]({ with: event.with, pulled: event.pulled, pushed: event.pushed }, 'range compared');
    },
    'replicas-compared': ({ wanted, present, equal }: EventOf<'replicas-compared'>) => {
      metrics.replicasMissing.set(wanted - equal);
      logger.trace({ wanted, present, equal }, 'replicas compared');
    },
    'range-handed-over': (event: EventOf<'range-handed-over'>) => {
      metrics.recordsHandedOver.inc(event.records);
      logger.info({ to: event.to, records: event.records }, 'range handed over');
    },
    settled: (event: EventOf<'settled'>) => {
      metrics.settled.set(event.settled ? 1 : 0);
      logger.debug({ settled: event.settled }, event.settled ? 'settled' : 'fetching what is missing');
    },
  };
}
