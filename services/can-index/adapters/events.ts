/** Turns what happens in the core into a log line and a metric each. */

import type { Instruments } from '../../shared/runtime/metrics/metrics.ts';
import type { Logger } from '../../shared/runtime/program/logging.ts';
import type { CanEvent, TellCan } from '../core/event.ts';
import type { CAN_METRICS } from './metrics.ts';

export type CanInstruments = Instruments<typeof CAN_METRICS>;

type EventOf<Type extends CanEvent['type']> = Extract<CanEvent, { type: Type }>;

type Handlers = { readonly [Type in CanEvent['type']]: (event: EventOf<Type>) => void };

export function createTell(logger: Logger, metrics: CanInstruments): TellCan {
  const handlers: Handlers = { ...zoneHandlers(logger, metrics), ...neighbourHandlers(logger, metrics) };
  return (event) => (handlers[event.type] as (event: CanEvent) => void)(event);
}

function zoneHandlers(logger: Logger, metrics: CanInstruments) {
  return {
    'zone-joined': ({ from, attempts }: EventOf<'zone-joined'>) => {
      metrics.joins.inc();
      logger.info({ from, attempts }, from === undefined ? 'has the whole space' : 'got a zone');
    },
    'zones-changed': ({ zones, share }: EventOf<'zones-changed'>) => {
      metrics.zones.set(zones);
      metrics.zoneShare.set(share);
    },
    'zone-granted': ({ to }: EventOf<'zone-granted'>) => logger.info({ to }, 'gave half of a zone away'),
    'zone-handed-over': ({ to, reason }: EventOf<'zone-handed-over'>) => {
      metrics.handovers.inc({ reason });
      logger.info({ to, reason }, 'handed a zone over');
    },
    'zone-taken-over': ({ share, waitedMs }: EventOf<'zone-taken-over'>) => {
      metrics.takeovers.inc();
      metrics.takeoverSeconds.observe(waitedMs / 1_000);
      logger.info({ share, waitedMs }, 'took a zone over');
    },
    'zone-yielded': ({ to }: EventOf<'zone-yielded'>) => {
      metrics.yields.inc();
      logger.info({ to }, 'gave up a zone to another claim');
    },
    'zones-lost': () => logger.warn('has no zone any more: joining again'),
  };
}

function neighbourHandlers(logger: Logger, metrics: CanInstruments) {
  return {
    'neighbour-suspected': ({ phone }: EventOf<'neighbour-suspected'>) => {
      metrics.neighboursSuspected.inc();
      logger.debug({ phone }, 'neighbour suspected');
    },
    'neighbour-dead': ({ phone }: EventOf<'neighbour-dead'>) => {
      metrics.neighboursDead.inc();
      logger.info({ phone }, 'neighbour dead');
    },
    'neighbour-back': ({ phone }: EventOf<'neighbour-back'>) => logger.info({ phone }, 'neighbour back'),
    'point-found': ({ found, hops, milliseconds }: EventOf<'point-found'>) => {
      metrics.finds.inc({ outcome: found ? 'found' : 'failed' });
      metrics.findHops.observe(hops);
      metrics.findSeconds.observe(milliseconds / 1_000);
    },
  };
}
