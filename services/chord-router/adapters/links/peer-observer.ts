/** Counts what happens on links, by itself or on purpose, and logs refusals without letting who is refused fill the log. */
import type { Contact } from '../../../shared/core/contact.ts';
import type { Logger } from '../../../shared/runtime/program/logging.ts';
import type { ChordInstruments } from '../events.ts';
import type { FaultObserver } from '../faults/fault-injection.ts';
import type { RefusalReason } from './link-fault.ts';
import type { PoolObserver } from './link-pool-options.ts';

/** One line a reason in this time, in ms. */
const LOG_PAUSE_MS = 10_000;
/** Of what another phone says, in UTF-16 units. */
const LONGEST_DETAILS = 500;

export function createPeerObserver(logger: Logger, metrics: ChordInstruments): PoolObserver {
  const loggedAt = new Map<string, number>();
  const unlogged = new Map<string, number>();
  const mayLog = (reason: RefusalReason | 'turned-away'): boolean => {
    const now = performance.now();
    if (now - (loggedAt.get(reason) ?? -Infinity) < LOG_PAUSE_MS) {
      unlogged.set(reason, (unlogged.get(reason) ?? 0) + 1);
      return false;
    }
    loggedAt.set(reason, now);
    return true;
  };
  return {
    linkOpened(contact: Contact, dialled: boolean) {
      metrics.peerLinksOpened.inc({ direction: dialled ? 'out' : 'in' });
      logger.debug({ phone: contact, dialled }, 'link opened');
    },
    linkClosed: (contact) => logger.debug({ phone: contact }, 'link closed'),
    refused(reason, from, details) {
      metrics.peerRefusals.inc({ reason });
      if (!mayLog(reason)) return;
      logger.warn({ reason, phone: from, details, unlogged: unlogged.get(reason) ?? 0 }, 'refused');
      unlogged.delete(reason);
    },
    turnedAway(address, details) {
      metrics.peerTurnedAway.inc();
      if (!mayLog('turned-away')) return;
      const told = details.slice(0, LONGEST_DETAILS);
      logger.warn(
        { address, details: told, unlogged: unlogged.get('turned-away') ?? 0 },
        'another phone refused a link',
      );
      unlogged.delete('turned-away');
    },
    called(type, outcome) {
      metrics.peerRequests.inc({ type, outcome: outcome.ok ? 'ok' : outcome.failure });
      if (outcome.ok) metrics.peerRequestSeconds.observe(outcome.rttMs / 1_000);
    },
  };
}

export function createFaultObserver(metrics: ChordInstruments): FaultObserver {
  return {
    happened(effect, direction, frames, seconds) {
      metrics.faultFrames.inc({ effect, direction }, frames);
      if (seconds > 0) metrics.faultDelaySeconds.inc(seconds * frames);
    },
  };
}
