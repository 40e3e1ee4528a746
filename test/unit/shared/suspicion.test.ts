/** From suspicion to certainty, by example. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { CallOutcome, Task } from '../../../services/shared/core/effect.ts';
import { ended, sleep } from '../../../services/shared/core/effect.ts';
import type { Id } from '../../../services/shared/core/id.ts';
import { LocalHealth } from '../../../services/shared/core/local-health.ts';
import { HELPERS, Suspicion, type Verdict } from '../../../services/shared/core/suspicion.ts';
import { contactAt } from '../chord-router/positions.ts';
import { ScriptedHost } from '../chord-router/scripted-host.ts';

const target = contactAt(1);
const SILENT = { ok: false, failure: 'timeout', elapsedMs: 100 } as const;
const REFUSING = { ok: false, failure: 'refused', elapsedMs: 1 } as const;
const ALIVE = { ok: true, reply: { type: 'done' }, rttMs: 1 } as const;
const TIMEOUT_MS = 100;

let host: ScriptedHost;
let heardAtMs: Map<Id, number>;
let dead: Set<Id>;
let pings: number;
let asked: Contact[];
/** What the pings bring, in turn; the last for ever. */
let answers: CallOutcome<unknown>[];
let reachableThrough: Set<Id>;
let mute: Set<Id>;
let health: LocalHealth;
let suspicion: Suspicion;

beforeEach(() => {
  host = new ScriptedHost();
  heardAtMs = new Map();
  dead = new Set();
  pings = 0;
  asked = [];
  answers = [SILENT];
  reachableThrough = new Set();
  mute = new Set();
  health = new LocalHealth();
  suspicion = new Suspicion({
    health,
    isDead: (id) => dead.has(id),
    *ping(): Task<CallOutcome<unknown>> {
      const outcome = answers[Math.min(pings++, answers.length - 1)]!;
      yield* sleep(outcome.ok ? 1 : TIMEOUT_MS);
      return outcome;
    },
    helpersFor: () => [2, 3, 4, 5, 6, 7].map(contactAt),
    *probeThrough(helper): Task<CallOutcome<{ readonly reachable: boolean }>> {
      asked.push(helper);
      yield* sleep(TIMEOUT_MS);
      if (mute.has(helper.id)) return SILENT;
      return { ok: true, reply: { reachable: reachableThrough.has(helper.id) }, rttMs: TIMEOUT_MS };
    },
    heardAtMs: (id) => heardAtMs.get(id),
    foundAlive({ id }): Task<void> {
      heardAtMs.set(id, host.nowMs);
      return ended(undefined);
    },
    foundDead({ id }): Task<void> {
      dead.add(id);
      return ended(undefined);
    },
  });
});

const confirm = (): Verdict => host.run(suspicion.confirm(target));

describe('a suspected phone', () => {
  it('is alive when the retry is answered, and nobody else is bothered', () => {
    answers = [ALIVE];
    expect([confirm(), asked, dead.size]).toEqual(['alive', [], 0]);
    answers = [REFUSING];
    expect(confirm()).toBe('alive');
  });

  it('is dead when two pings and the probes of two others fail', () => {
    expect(confirm()).toBe('dead');
    expect([pings, asked.length, dead.has(target.id)]).toEqual([2, HELPERS, true]);
    expect([confirm(), pings]).toEqual(['dead', 2]);
  });

  it('is not dead because others say nothing: more are asked, and the phone doubts itself', () => {
    for (const silent of [2, 3, 4]) mute.add(contactAt(silent).id);
    expect(confirm()).toBe('dead');
    expect(asked.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6, 7].map((each) => contactAt(each).id));
    expect(health.doubt).toBe(1); // three were silent, three spoke
  });

  it('is dead when nobody says anything for long, and then the phone doubts itself', () => {
    for (const silent of [2, 3, 4, 5, 6, 7]) mute.add(contactAt(silent).id);
    expect([confirm(), pings]).toEqual(['dead', 4]);
    expect(health.doubt).toBeGreaterThan(1);
  });

  it('is alive when it answers while others are still being asked', () => {
    for (const silent of [2, 3]) mute.add(contactAt(silent).id);
    answers = [SILENT, SILENT, ALIVE];
    expect([confirm(), dead.size]).toEqual(['alive', 0]);
  });

  it('is alive when the second ping is answered', () => {
    answers = [SILENT, ALIVE];
    expect([confirm(), dead.size]).toEqual(['alive', 0]);
  });

  it('is kept where others reach it, but not for ever', () => {
    reachableThrough.add(contactAt(3).id);
    expect([confirm(), confirm(), dead.size]).toEqual(['elsewhere', 'elsewhere', 0]);
    expect([confirm(), dead.size]).toEqual(['dead', 1]);
  });

  it('is counted anew once it has answered', () => {
    reachableThrough.add(contactAt(3).id);
    expect([confirm(), confirm()]).toEqual(['elsewhere', 'elsewhere']);
    answers = [ALIVE];
    pings = 0;
    expect(confirm()).toBe('alive');
    answers = [SILENT];
    expect([confirm(), confirm(), dead.size]).toEqual(['elsewhere', 'elsewhere', 0]);
  });

  it('is not dropped for the silence of its former life when it was heard meanwhile', () => {
    heardAtMs.set(target.id, 5);
    const fiber = host.start(suspicion.confirm(target));
    host.passToNextTimer(); // the retry was to the life that is over
    heardAtMs.set(target.id, host.nowMs); // the new one calls
    while (!fiber.done) host.passToNextTimer();
    expect([fiber.result, dead.size]).toEqual(['alive', 0]);
  });

  it('is looked into once at a time, whoever asks', () => {
    const fibers = [host.start(suspicion.confirm(target)), host.start(suspicion.confirm(target))];
    while (fibers.some(({ done }) => !done)) host.passToNextTimer();
    expect([fibers.map(({ result }) => result), pings]).toEqual([['dead', 'dead'], 2]);
  });
});
