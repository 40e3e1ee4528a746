import { beforeEach, describe, expect, it } from 'vitest';
import { createTell } from '../../../services/chord-router/adapters/events.ts';
import { createPeerObserver } from '../../../services/chord-router/adapters/links/peer-observer.ts';
import { CHORD_METRICS } from '../../../services/chord-router/adapters/metrics.ts';
import type { ChordEvent } from '../../../services/chord-router/core/event.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { instrument, Registry } from '../../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../../services/shared/runtime/program/logging.ts';

const ID = 'ab'.repeat(16) as Id;
const PHONE = { id: ID, address: '127.0.0.1:7400' };

let registry = new Registry();
let lines: string[] = [];
beforeEach(() => {
  registry = new Registry();
  lines = [];
});

function sinks() {
  const logger = createLogger('trace', { write: (line) => void lines.push(line) });
  return { logger, metrics: instrument(registry, CHORD_METRICS), successors: 8 };
}

const EVENTS: readonly (readonly [ChordEvent, string])[] = [
  [{ type: 'joined', successor: PHONE, attempts: 2 }, 'ringwall_chord_join_attempts_total 2'],
  [{ type: 'leaving' }, ''],
  [{ type: 'left' }, 'ringwall_chord_leaves_total 1'],
  [{ type: 'phone-discovered', phone: PHONE }, 'ringwall_chord_phones_discovered_total 1'],
  [{ type: 'phone-suspected', phone: PHONE }, 'ringwall_chord_phones_suspected_total 1'],
  [{ type: 'phone-cleared', phone: PHONE }, 'ringwall_chord_phones_cleared_total 1'],
  [{ type: 'phone-dropped', phone: PHONE, reason: 'dead' }, 'ringwall_chord_phones_dropped_total{reason="dead"} 1'],
  [
    { type: 'neighbours-changed', predecessor: PHONE, successors: [PHONE, PHONE] },
    'ringwall_chord_successors_filled_ratio 0.25',
  ],
  [{ type: 'stabilised', changed: true, milliseconds: 5 }, 'ringwall_chord_stabilisations_total{changed="true"} 1'],
  [{ type: 'rings-merging', through: PHONE }, 'ringwall_chord_rings_merged_total 1'],
  [
    { type: 'looked-up', key: ID, found: false, hops: 3, timeouts: 2, milliseconds: 9 },
    'ringwall_chord_lookup_timeouts_total 2',
  ],
  [
    { type: 'record-written', outcome: 'stored', acknowledged: 4, milliseconds: 9 },
    'ringwall_chord_writes_total{outcome="stored"} 1',
  ],
  [{ type: 'records-read', complete: true, hedged: 1, milliseconds: 3 }, 'ringwall_chord_read_hedges_total 1'],
  [
    { type: 'records-rejected', from: PHONE, verdict: 'invalid', count: 3 },
    'ringwall_chord_records_rejected_total{verdict="invalid"} 3',
  ],
  [{ type: 'fork-seen', place: ID, author: ID }, 'ringwall_chord_forks_total 1'],
  [
    { type: 'range-repaired', with: PHONE, pulled: 2, pushed: 0, milliseconds: 4 },
    'ringwall_chord_records_repaired_total{direction="pulled"} 2',
  ],
  [{ type: 'replicas-compared', wanted: 6, present: 5, equal: 4 }, 'ringwall_chord_replicas_missing 2'],
  [{ type: 'range-handed-over', to: PHONE, records: 6 }, 'ringwall_chord_records_handed_over_total 6'],
  [{ type: 'settled', settled: true }, 'ringwall_chord_settled 1'],
];

describe('an event', () => {
  it.each(EVENTS)('%j is logged and counted', async (event, metric) => {
    createTell(sinks())(event);
    expect(await registry.metrics()).toContain(metric);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ msg: expect.any(String), level: expect.any(String) });
  });
});

describe('refusals', () => {
  it('are all counted, and logged once a reason', async () => {
    const { logger, metrics } = sinks();
    const observer = createPeerObserver(logger, metrics);
    for (let n = 0; n < 50; n++) observer.refused('bad-proof', undefined, 'no proof');
    observer.refused('malformed', PHONE, '');
    expect(await registry.metrics()).toContain('ringwall_chord_peer_refusals_total{reason="bad-proof"} 50');
    expect(lines.map((line) => JSON.parse(line).reason)).toEqual(['bad-proof', 'malformed']);
  });
});
